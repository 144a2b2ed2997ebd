import CArchive
import Glibc

/// Unpacks a ZIP: what is in it is told by `ZIPDirectory`, the bytes by libarchive.
enum ZIPReading {
    static func unpack(descriptor: Int32, into unpacking: Unpacking) throws(UnpackRefusal) {
        let directory = try ZIPDirectory(descriptor: descriptor, limits: unpacking.limits)
        guard !directory.entries.isEmpty else { return }
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw .system(errno, "read the upload") }
        let archive = try LibArchive { archive_read_support_format_zip_seekable($0) }
        try archive.open(descriptor: descriptor)
        for expected in directory.entries {
            try check(archive.next(), of: archive, against: expected)
            try unpack(expected.entry, from: archive, into: unpacking)
        }
        guard case .end = try archive.next() else { throw .damaged("it holds more than it lists") }
    }

    // MARK: - Private

    private static func unpack(
        _ entry: ArchiveEntry, from archive: LibArchive, into unpacking: Unpacking
    ) throws(UnpackRefusal) {
        guard try unpacking.admit(entry) else { return }
        switch entry.kind {
        case .folder: try unpacking.addFolder(entry.path)
        case .link: try unpacking.addLink(entry.path, target: archive.rawLinkTarget)
        case .file: try unpacking.addFile(entry, from: archive)
        }
    }

    /// Both readers must see the same entry, or one of them is being lied to.
    private static func check(
        _ header: LibArchive.Header, of archive: LibArchive, against expected: ZIPEntry
    ) throws(UnpackRefusal) {
        guard case .entry(let warning) = header else { throw .damaged("it lists more than it holds") }
        // Names are ours: that libarchive cannot say them without a locale does not matter.
        if let warning, !warning.contains("cannot be converted") {
            throw .damaged(warning, entry: expected.entry.path.shown)
        }
        let kind = try ArchiveEntry.kind(mode: archive.mode, path: expected.entry.path)
        let isASCII = expected.rawName.allSatisfy { $0 < 0x80 }
        let agrees =
            kind == expected.entry.kind && (kind != .file || archive.size == expected.entry.size)
            && (!isASCII || comparable(archive.rawName) == comparable(expected.rawName))
        guard agrees else {
            throw UnpackRefusal(
                entry: expected.entry.path.shown, "Its header disagrees with the archive's list of files.",
                hint: "Make the archive again with an ordinary ZIP tool.")
        }
    }

    /// libarchive adds slashes to folders and turns backslashes of Windows around.
    private static func comparable(_ name: [UInt8]) -> [UInt8] {
        var name = name.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
        while name.last == UInt8(ascii: "/") { name.removeLast() }
        return name
    }
}
