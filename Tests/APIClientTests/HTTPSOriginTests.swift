import APIClient
import Core
import Testing

@Suite("A server's address")
struct HTTPSOriginTests {
    @Test(
        "is read as people type it",
        arguments: [
            ("https://Panel.Example.com", "https://panel.example.com"),
            ("panel.example.com", "https://panel.example.com"),
            ("panel.example.com:8443", "https://panel.example.com:8443"),
            ("https://203.0.113.7:443/", "https://203.0.113.7"),
            ("https://[::1]:8443", "https://[::1]:8443"),
            ("HTTPS://localhost:8443/", "https://localhost:8443"),
        ])
    func reads(text: String, address: String) throws {
        #expect(try HTTPSOrigin(text).description == address)
    }

    @Test(
        "is refused when it is anything else",
        arguments: [
            "", "http://panel.example.com", "ftp://x", "https://", "https://x:0", "https://x:99999",
            "https://x/path", "https://x?q=1", "https://ada@x", "https://x y",
        ])
    func refuses(text: String) {
        #expect(throws: NodePilotError.self) { try HTTPSOrigin(text) }
    }
}
