import Core
import FoundationEssentials
import Testing

@testable import Daemon

@Suite("The server's settings")
struct ServerConfigurationTests {
    private let folder = TestFolder()

    private func standard(isRoot: Bool = false) -> ServerConfiguration {
        ServerConfiguration(data: "/srv/np", isRoot: isRoot, searchPath: "/bin")
    }

    @Test("listen on the public ports as root, and on loopback otherwise")
    func defaults() {
        #expect(standard(isRoot: true).http == ["[::]:80"])
        #expect(standard(isRoot: true).https == ["[::]:443"])
        #expect(standard().http == ["127.0.0.1:8080"])
        #expect(standard().https == ["127.0.0.1:8443"])
        #expect(standard().uploadLimit == 200_000_000)
    }

    @Test("come from a file, member by member")
    func file() throws {
        var settings = standard()
        try settings.apply(
            file: folder.write(#"{"https": ["0.0.0.0:444"], "domain": "Apps.Example.com", "user_prefix": "x1"}"#))
        #expect(settings.https == ["0.0.0.0:444"])
        #expect(settings.domain?.rawValue == "apps.example.com")
        #expect(settings.userPrefix == "x1")
        #expect(settings.data == "/srv/np")
    }

    @Test(
        "that are wrong are refused with the name of the member",
        arguments: [
            (#"{"prot": 1}"#, "prot"), (#"{"http": "80"}"#, "http"), (#"{"domain": "a b"}"#, "domain"),
            (#"{"user_prefix": "X"}"#, "user_prefix"), (#"{"upload_limit_bytes": 0}"#, "upload_limit_bytes"),
            (#"{"data": "relative"}"#, "data"), (#"{"https": []}"#, "https"), ("not json", "--config"),
        ])
    func refused(text: String, name: String) throws {
        var settings = standard()
        let path = try folder.write(text)
        let error = #expect(throws: NodePilotError.self) { try settings.apply(file: path) }
        #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
    }

    @Test("name the port that people see, and refuse an address without one")
    func port() throws {
        var settings = standard()
        settings.https = ["[::]:443"]
        #expect(try settings.httpsPort() == 443)
        settings.https = ["localhost"]
        #expect(throws: NodePilotError.self) { try settings.httpsPort() }
    }
}
