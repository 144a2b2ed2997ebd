/// What went into an archive.
package struct PackReport: Codable, Hashable, Sendable {
    /// Regular files and links.
    package var files: Int
    /// Before compression.
    package var bytes: UInt64
    package var archiveBytes: UInt64

    package init(files: Int, bytes: UInt64, archiveBytes: UInt64) {
        self.files = files
        self.bytes = bytes
        self.archiveBytes = archiveBytes
    }
}
