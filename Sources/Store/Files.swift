internal import Glibc

/// The few file operations that the store needs beside SQLite.
enum Files {
    /// Makes a folder unless it is there; parents must exist.
    static func makeFolder(_ path: String, mode: mode_t) throws {
        guard mkdir(path, mode) != 0, errno != EEXIST else { return }
        throw SystemFault(doing: "make a folder in the data folder")
    }

    /// - Returns: the file's bytes, at most `limit` of them; nil when there is no such file.
    static func read(_ path: String, limit: Int) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw SystemFault(doing: "read a key")
        }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw SystemFault(doing: "protect a key") }
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), limit - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw SystemFault(doing: "read a key") }
            guard got > 0 else { break }
            count += got
        }
        return Array(bytes.prefix(count))
    }

    /// Writes a file of mode 0600 so that a crash leaves all of it or nothing: a temporary file, fsync, rename, fsync of
    /// the folder.
    static func write(_ bytes: [UInt8], to name: String, in folder: String) throws {
        let temporary = "\(folder)/\(name).new"
        let descriptor = open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemFault(doing: "write a key") }
        do {
            defer { close(descriptor) }
            guard fchmod(descriptor, 0o600) == 0 else { throw SystemFault(doing: "protect a key") }
            try writeAll(bytes, to: descriptor)
            guard fsync(descriptor) == 0 else { throw SystemFault(doing: "write a key") }
        }
        guard rename(temporary, "\(folder)/\(name)") == 0 else { throw SystemFault(doing: "write a key") }
        try syncFolder(folder)
    }

    // MARK: - Private

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw SystemFault(doing: "write a key") }
            rest = rest.dropFirst(written)
        }
    }

    private static func syncFolder(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFault(doing: "write a key") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemFault(doing: "write a key") }
    }
}
