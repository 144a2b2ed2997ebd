import Glibc

/// Finds which process listens on a TCP port, in /proc. Only asked when a port could not be had.
enum PortOwner {
    /// `nginx (pid 812)`, or nil when the kernel does not show us.
    static func name(ofPort port: Int) -> String? {
        let sockets = Set((lines("/proc/net/tcp") + lines("/proc/net/tcp6")).compactMap { socket($0, port) })
        if sockets.isEmpty { return nil }
        for process in entries("/proc") where process.utf8.allSatisfy(ASCII.isDigit) {
            let folder = "/proc/\(process)/fd"
            for descriptor in entries(folder) where sockets.contains(link("\(folder)/\(descriptor)")) {
                return "\(lines("/proc/\(process)/comm").first ?? "a process") (pid \(process))"
            }
        }
        return nil
    }

    // MARK: - Private

    /// `socket:[INODE]` of a line that says LISTEN (0A) on this port.
    private static func socket(_ line: String, _ port: Int) -> String? {
        let words = line.split(separator: " ")
        guard words.count > 9, words[3] == "0A", let hex = words[1].split(separator: ":").last,
            Int(hex, radix: 16) == port
        else { return nil }
        return "socket:[\(words[9])]"
    }

    private static func lines(_ path: String) -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0, bytes.count < 1 << 24 else { break }
            bytes += piece[..<count]
        }
        return bytes.split(separator: ASCII.lineFeed).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func entries(_ path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names
    }

    private static func link(_ path: String) -> String {
        var target = [UInt8](repeating: 0, count: 64)
        let count = target.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? 0
        }
        return count > 0 ? String(decoding: target[..<count], as: UTF8.self) : ""
    }
}
