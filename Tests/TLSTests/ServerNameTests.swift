import Testing

@testable import TLS

@Suite("Server names of clients")
struct ServerNameTests {
    @Test("host names come in lower case and without a trailing dot")
    func normalises() {
        #expect(ServerName.parse("Shop.Example.COM.".utf8) == "shop.example.com")
        #expect(ServerName.parse("a_b-1.example".utf8) == "a_b-1.example")
    }

    @Test(
        "anything else is no name",
        arguments: [
            "", ".", "with space", "umläut.example", "a\u{0}b", "a\nb", "a/b", String(repeating: "a", count: 256),
        ])
    func refuses(name: String) {
        #expect(ServerName.parse(name.utf8) == nil)
    }
}
