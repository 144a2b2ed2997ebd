import Glibc

/// Who listens on this machine's TCP ports, by /proc/net/tcp and tcp6.
struct Listeners: Sendable {
    struct Listener: Sendable, Hashable {
        var port: Int
        var uid: UInt32
        var inode: UInt64
        /// Whether 127.0.0.1 reaches it.
        var isReachable: Bool
    }

    let all: [Listener]

    static func now() -> Listeners {
        Listeners(
            all: ProcFile.lines("/proc/net/tcp").compactMap(parse) + ProcFile.lines("/proc/net/tcp6").compactMap(parse))
    }

    /// One line of either file; nil for the heading and for sockets that do not listen.
    static func parse(_ line: Substring) -> Listener? {
        let fields = line.split(separator: " ")
        guard fields.count > 9, fields[3] == "0A", let uid = UInt32(fields[7]), let inode = UInt64(fields[9]) else {
            return nil
        }
        let address = fields[1].split(separator: ":")
        guard address.count == 2, let port = Int(address[1], radix: 16) else { return nil }
        // IPv4 in the machine's byte order: 0.0.0.0 or 127.0.0.1 (any of 127/8 but this one is not reached by it).
        // IPv6: only `::` takes IPv4 too, or an IPv4 address written as one.
        let any = address[0].allSatisfy { $0 == "0" }
        let isReachable = any || address[0] == "0100007F" || address[0] == "0000000000000000FFFF00000100007F"
        return Listener(port: port, uid: uid, inode: inode, isReachable: isReachable)
    }

    /// The socket inodes that these processes hold; what may not be looked at is left out.
    static func inodes(of pids: some Sequence<Int32>) -> Set<UInt64> {
        var inodes: Set<UInt64> = []
        for pid in pids {
            for name in ProcFile.names(in: "/proc/\(pid)/fd") {
                guard let target = ProcFile.link("/proc/\(pid)/fd/\(name)"), target.hasPrefix("socket:["),
                    let inode = UInt64(target.dropFirst(8).dropLast())
                else { continue }
                inodes.insert(inode)
            }
        }
        return inodes
    }
}
