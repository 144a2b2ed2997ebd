import Core
import Glibc

/// The addresses of this machine's network interfaces.
enum MachineAddress {
    /// The IPv4 address under which the machine is most likely reached: a public one before a private one; nil when there
    /// is only loopback.
    static func best() -> String? {
        let all = ipv4()
        return all.first { !isPrivate($0) } ?? all.first
    }

    /// Dotted IPv4 addresses of interfaces that are up, loopback left out.
    static func ipv4() -> [String] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [String] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            let isUp = entry.ifa_flags & UInt32(IFF_UP) != 0
            let isLoopback = entry.ifa_flags & UInt32(IFF_LOOPBACK) != 0
            guard isUp, !isLoopback, let address = entry.ifa_addr, address.pointee.sa_family == AF_INET else {
                continue
            }
            let bits = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
            }
            found.append((0..<4).reversed().map { String((bits >> ($0 * 8)) & 255) }.joined(separator: "."))
        }
        return found
    }

    /// A name that resolves to the address without any set-up: `203-0-113-7.sslip.io`.
    static func wildcardName(for address: String) throws(NodePilotError) -> HostName {
        try HostName(address.split(separator: ".").joined(separator: "-") + ".sslip.io")
    }

    /// RFC 1918, RFC 6598, RFC 3927.
    static func isPrivate(_ address: String) -> Bool {
        let parts = address.split(separator: ".").compactMap { UInt8($0) }
        guard parts.count == 4 else { return false }
        switch (parts[0], parts[1]) {
        case (10, _), (192, 168), (169, 254): return true
        case (172, 16...31), (100, 64...127): return true
        default: return false
        }
    }
}
