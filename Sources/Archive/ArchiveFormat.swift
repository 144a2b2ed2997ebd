/// The two formats that are read, told apart by their first bytes; the file's name says nothing.
enum ArchiveFormat {
    case zip, gzippedTar

    /// - Parameter head: the first 512 bytes, or all of a shorter file.
    init(head: [UInt8]) throws(UnpackRefusal) {
        func begins(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
            head.dropFirst(offset).starts(with: bytes)
        }
        if begins([0x50, 0x4B, 3, 4]) || begins([0x50, 0x4B, 5, 6]) {
            self = .zip
        } else if begins([0x1F, 0x8B]) {
            self = .gzippedTar
        } else {
            let known: [(String, [UInt8], Int)] = [
                ("an uncompressed tar", Array("ustar".utf8), 257), ("a RAR archive", Array("Rar!".utf8), 0),
                ("a 7z archive", [0x37, 0x7A, 0xBC, 0xAF], 0), ("xz-compressed", [0xFD, 0x37, 0x7A, 0x58, 0x5A], 0),
                ("bzip2-compressed", Array("BZh".utf8), 0), ("zstd-compressed", [0x28, 0xB5, 0x2F, 0xFD], 0),
                ("part of a multi-part ZIP", [0x50, 0x4B, 7, 8], 0),
            ]
            let found = known.first { begins($0.1, at: $0.2) }?.0
            let message =
                head.isEmpty
                ? "The file is empty." : found.map { "The file is \($0)." } ?? "The file is not an archive that we know."
            throw UnpackRefusal(message, hint: Self.accepted)
        }
    }

    static let accepted = "Upload a ZIP or a tar.gz: zip -r app.zip . or tar czf app.tar.gz ."
}
