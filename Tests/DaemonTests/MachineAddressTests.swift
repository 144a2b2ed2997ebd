import Core
import Testing

@testable import Daemon

@Suite("The machine's address")
struct MachineAddressTests {
    @Test(
        "is known to be private or not",
        arguments: [
            ("10.0.0.1", true), ("172.16.3.4", true), ("172.32.0.1", false), ("192.168.1.1", true),
            ("100.64.0.1", true), ("169.254.9.9", true), ("203.0.113.7", false), ("nonsense", false),
        ])
    func privacy(address: String, isPrivate: Bool) {
        #expect(MachineAddress.isPrivate(address) == isPrivate)
    }

    @Test("becomes a name that resolves to it")
    func wildcard() throws {
        #expect(try MachineAddress.wildcardName(for: "203.0.113.7").rawValue == "203-0-113-7.sslip.io")
    }

    @Test("is never a loopback one")
    func loopback() {
        #expect(!MachineAddress.ipv4().contains("127.0.0.1"))
    }
}
