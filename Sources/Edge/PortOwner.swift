import Glibc

/// Finds which process listens on a TCP port, in /proc. Only asked when a port could not be had.
enum PortOwner {
    /// `nginx (pid 812)`, or nil when the kernel does not show us.
    static func name(ofPort port: Int) -> String? {
        let sockets = Set(SocketTable.listeners(onPort: port).map { "socket:[\($0.inode)]" })
        if sockets.isEmpty { return nil }
        for process in entries("/proc") where process.utf8.allSatisfy(ASCII.isDigit) {
            let folder = "/proc/\(process)/fd"
            for descriptor in entries(folder) where sockets.contains(link("\(folder)/\(descriptor)")) {
                return "\(SocketTable.lines("/proc/\(process)/comm").first ?? "a process") (pid \(process))"
            }
        }
        return nil
    }

    // MARK: - Private

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
