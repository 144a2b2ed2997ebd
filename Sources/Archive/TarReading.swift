import CArchive
import Glibc

/// Unpacks a gzip-compressed tar.
enum TarReading {
    static func unpack(
        descriptor: Int32, archiveBytes: UInt64, into unpacking: Unpacking
    ) throws(UnpackRefusal) {
        let limits = unpacking.limits
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw .system(errno, "read the upload") }
        let stream = try GzipStream(
            descriptor: descriptor, ceiling: limits.streamCeiling(archiveBytes: archiveBytes),
            tooLarge: .tooLarge(entry: nil, ceiling: unpacking.ceiling, limits: limits))
        let archive = try LibArchive { archive_read_support_format_tar($0) }
        do throws(UnpackRefusal) {
            try archive.open(stream: stream)
            while case .entry = try archive.next() { try unpackEntry(of: archive, into: unpacking) }
        } catch {
            // What the stream objects to is the cause; libarchive only knows that nothing came.
            guard let failure = stream.failure else { throw explained(error) }
            throw UnpackRefusal(failure.code, entry: error.entry ?? failure.entry, failure.message, hint: failure.hint)
        }
        try stream.drain()
        withExtendedLifetime(stream) {}
    }

    // MARK: - Private

    private static func unpackEntry(of archive: LibArchive, into unpacking: Unpacking) throws(UnpackRefusal) {
        let path = try EntryPath(archive.rawName, limits: unpacking.limits)
        let hardLink = archive.rawHardLinkTarget
        let kind = hardLink == nil ? try ArchiveEntry.kind(mode: archive.mode, path: path) : .file
        guard kind == .folder || !path.components.isEmpty else {
            throw UnpackRefusal(entry: path.shown, "A file or link without a name.")
        }
        let entry = ArchiveEntry(
            path: path, kind: kind, isExecutable: archive.mode & 0o100 != 0, size: hardLink == nil ? archive.size : 0)
        guard try unpacking.admit(entry) else { return }
        if let hardLink { return try unpacking.addHardLink(path, to: hardLink) }
        switch kind {
        case .folder: try unpacking.addFolder(path)
        case .link: try unpacking.addLink(path, target: archive.rawLinkTarget)
        case .file: try unpacking.addFile(entry, from: archive)
        }
    }

    private static func explained(_ refusal: UnpackRefusal) -> UnpackRefusal {
        guard refusal.message.contains("Unrecognized archive format") else { return refusal }
        return UnpackRefusal("The file is gzip-compressed, but no tar is inside.", hint: ArchiveFormat.accepted)
    }
}
