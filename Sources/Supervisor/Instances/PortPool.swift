import Core
import Glibc

/// Hands out loopback ports that nobody has.
struct PortPool {
    private let range: ClosedRange<Int>
    private var given: Set<Int> = []
    private var next: Int

    init(_ range: ClosedRange<Int>) {
        self.range = range
        // Two servers on one machine should not start out at the same place.
        next = Int.random(in: range)
    }

    mutating func reserve() throws(NodePilotError) -> Int {
        for _ in range {
            let port = next
            next = next == range.upperBound ? range.lowerBound : next + 1
            if !given.contains(port), Self.isFree(port) {
                given.insert(port)
                return port
            }
        }
        throw NodePilotError(
            .unavailable, "All ports from \(range.lowerBound) to \(range.upperBound) are taken.",
            hint: "Stop projects that are not needed.")
    }

    /// Marks a port that was chosen elsewhere.
    mutating func take(_ port: Int) { given.insert(port) }

    mutating func release(_ port: Int) { given.remove(port) }

    /// Whether it can be bound, on every address: an app may ask for any of them.
    static func isFree(_ port: Int) -> Bool {
        bind4(port) && bind6(port)
    }

    // MARK: - Private

    private static func bind4(_ port: Int) -> Bool {
        guard let socket = Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)) else { return false }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        return bind(socket, &address)
    }

    private static func bind6(_ port: Int) -> Bool {
        // A machine without IPv6 has nobody listening on it.
        guard let socket = Descriptor(socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)) else { return true }
        var only: Int32 = 1
        setsockopt(socket.raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = in_port_t(truncatingIfNeeded: port).bigEndian
        return bind(socket, &address) || errno == EADDRNOTAVAIL
    }

    private static func bind<Address>(_ socket: Descriptor, _ address: inout Address) -> Bool {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(socket.raw, $0, socklen_t(MemoryLayout<Address>.size)) == 0
            }
        }
    }
}
