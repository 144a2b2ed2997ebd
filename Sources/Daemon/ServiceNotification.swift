import Glibc

/// The notification protocol of systemd (sd_notify(3)): a datagram to the socket that the service manager named.
struct ServiceNotification: Sendable {
    /// `NOTIFY_SOCKET`: a path, or `@name` in the abstract namespace. Nil where nobody listens.
    let socketPath: String?

    func ready() { send("READY=1") }
    func stopping() { send("STOPPING=1") }

    // MARK: - Private

    /// Nobody waits for an answer, and a manager that does not listen changes nothing for us.
    private func send(_ state: String) {
        guard let socketPath, var address = Self.address(socketPath) else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + socketPath.utf8.count)
        let bytes = Array(state.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }

    private static func address(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }
}
