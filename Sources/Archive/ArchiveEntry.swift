/// One entry of an archive, after its name was checked.
struct ArchiveEntry {
    enum Kind: Equatable {
        case file, folder
        /// Symbolic; its target is in the entry's body or header.
        case link
    }

    var path: EntryPath
    var kind: Kind
    var isExecutable: Bool
    /// Unpacked bytes.
    var size: UInt64

    /// The kind that a Unix mode tells, where 0 means a file.
    /// - Throws: for a device, a FIFO or a socket.
    static func kind(mode: UInt32, path: EntryPath) throws(UnpackRefusal) -> Kind {
        switch mode & 0o170000 {
        case 0, 0o100000: return .file
        case 0o040000: return .folder
        case 0o120000: return .link
        case 0o010000: throw UnpackRefusal(entry: path.shown, "A named pipe (FIFO) cannot be deployed.")
        case 0o140000: throw UnpackRefusal(entry: path.shown, "A socket cannot be deployed.")
        default: throw UnpackRefusal(entry: path.shown, "A device file cannot be deployed.")
        }
    }
}
