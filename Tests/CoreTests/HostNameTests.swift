import Core
import FoundationEssentials
import Testing

@Suite("Host names")
struct HostNameTests {
    @Test(
        "A host name is lower-cased and loses its trailing dot",
        arguments: [
            ("shop.example.com", "shop.example.com"), ("Shop.Example.COM.", "shop.example.com"),
            ("localhost", "localhost"), ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("1.2", "1.2"),
        ])
    func valid(_ text: String, _ name: String) throws {
        #expect(try HostName(text).rawValue == name)
    }

    @Test("253 characters and labels of 63 are the limit")
    func limits() throws {
        let label = String(repeating: "a", count: 63)
        let longest = "\(label).\(label).\(label).\(label.dropLast(2))"
        #expect(try HostName(longest).rawValue.utf8.count == 253)
        try rejection(of: "host") { _ = try HostName(longest + "a") }
        try rejection(of: "host") { _ = try HostName(label + "a.example") }
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", ".", "..", "a..b", ".a", "-a.example", "a-.example", "a_b.example", "*.example", "a.example:443",
            "https://a.example", "a.example/", "a b", "a\u{0}b", "a\r\nb", "bücher.example", "\u{212A}elvin.example",
            "a.example..", "[::1]",
        ])
    func invalid(_ text: String) throws {
        try rejection(of: "host") { _ = try HostName(text) }
    }

    @Test("The error names the field that the caller filled in")
    func field() throws {
        try rejection(of: "domain") { _ = try HostName("a b", field: "domain") }
    }

    @Test("It is a plain JSON string, and is checked when it is read")
    func coding() throws {
        #expect(try NodePilotJSON.encoder().encode([HostName("a.example")]) == Data(#"["a.example"]"#.utf8))
        try rejection(of: "host") {
            _ = try NodePilotJSON.decoder().decode([HostName].self, from: Data(#"["a b"]"#.utf8))
        }
    }
}
