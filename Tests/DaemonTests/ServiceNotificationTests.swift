import FoundationEssentials
import Glibc
import Testing

@testable import Daemon

@Suite("Notifications to the service manager")
struct ServiceNotificationTests {
    @Test("arrive at a socket with a path and at one in the abstract namespace", arguments: [false, true])
    func sent(isAbstract: Bool) throws {
        let folder = TestFolder()
        let name = isAbstract ? "@nodepilot-test-\(UUID().uuidString)" : "\(folder.path)/notify"
        let manager = try #require(DatagramSocket(name))
        let notification = ServiceNotification(socketPath: name)
        notification.ready()
        #expect(manager.receive() == "READY=1")
        notification.stopping()
        #expect(manager.receive() == "STOPPING=1")
    }

    @Test("without a manager are nothing")
    func nobody() {
        ServiceNotification(socketPath: nil).ready()
        ServiceNotification(socketPath: "/nonexistent/socket").ready()
        ServiceNotification(socketPath: String(repeating: "x", count: 200)).ready()
    }
}

/// The manager's side: a real datagram socket.
private final class DatagramSocket {
    private let descriptor: Int32

    init?(_ name: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard bound == 0 else { return nil }
    }

    deinit { close(descriptor) }

    func receive() -> String {
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : ""
    }
}
