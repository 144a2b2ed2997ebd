/// What an archive may cost. Checked while it is read, so that nothing beyond a limit is ever written.
package struct ArchiveLimits: Codable, Hashable, Sendable {
    /// Bytes of all files together; holes of sparse files count.
    package var unpackedBytes: UInt64 = 2 << 30
    /// Files, folders and links, the skipped ones too.
    package var entries = 200_000
    /// Bytes of a whole path inside the archive.
    package var pathBytes = 4_096
    /// Folders above a file.
    package var depth = 64
    /// Bytes of one name of a path: what Linux file systems take.
    package var componentBytes = 255
    /// How many times larger than the archive its files may be …
    package var ratio: UInt64 = 1_000
    /// … once they are larger than this.
    package var ratioFreeBytes: UInt64 = 10 << 20

    package init() {}

    /// The bytes that an archive of `archiveBytes` may unpack to.
    func ceiling(archiveBytes: UInt64) -> UInt64 {
        let (scaled, overflow) = archiveBytes.multipliedReportingOverflow(by: ratio)
        return min(unpackedBytes, max(ratioFreeBytes, overflow ? .max : scaled))
    }

    /// The bytes that a compressed tar may have: its files and what surrounds them.
    func streamCeiling(archiveBytes: UInt64) -> UInt64 {
        let headers = UInt64(clamping: entries).multipliedReportingOverflow(by: 4_096)
        let (sum, overflow) = ceiling(archiveBytes: archiveBytes).addingReportingOverflow(
            headers.overflow ? .max : headers.partialValue)
        return overflow ? .max : sum
    }
}
