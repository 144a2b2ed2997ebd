import APIClient
import Commands
import Core
import FoundationEssentials
import Glibc
import Testing

@Suite("The servers that somebody logged in to")
struct ServerBookTests {
    private let folder = TemporaryFolder()
    private var file: ServerBookFile { ServerBookFile(environment: ["XDG_CONFIG_HOME": folder.path]) }

    private func server(_ name: String, _ url: String) -> SavedServer {
        SavedServer(
            name: name, url: url, username: "ada", token: "np_secret", tokenID: 3,
            certificate: PinnedCertificate(der: [1, 2, 255]))
    }

    @Test("are kept in a file that is its owner's alone")
    func kept() throws {
        var book = try file.read()
        #expect(book.servers.isEmpty)
        book.add(server("a", "https://a.example.com"))
        book.add(server("b", "https://b.example.com:8443"))
        try file.write(book)
        #expect(try file.read() == book)
        #expect(file.path == "\(folder.path)/nodepilot/servers.json")
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/nodepilot") == ["servers.json"])
    }

    @Test("are found by name and by address in any spelling")
    func found() {
        var book = ServerBook()
        book.add(server("a", "https://a.example.com"))
        book.add(server("b", "https://b.example.com:8443"))
        #expect(book.currentServer?.name == "b")
        #expect(book.server("a")?.name == "a")
        #expect(book.server("https://A.example.com/")?.name == "a")
        #expect(book.server("b.example.com:8443")?.name == "b")
        #expect(book.server("b.example.com") == nil)
        book.add(server("again", "https://a.example.com"))
        #expect(book.servers.map(\.name) == ["b", "again"])
        book.remove("again")
        #expect(book.currentServer?.name == "b")
    }

    @Test("are not overwritten when the file is damaged")
    func damaged() throws {
        try FileManager.default.createDirectory(atPath: folder.file("nodepilot"), withIntermediateDirectories: true)
        _ = try folder.write("{ not json", to: "nodepilot/servers.json")
        #expect(throws: NodePilotError.self) { try file.read() }
    }

    @Test("are in the home folder where XDG says nothing sensible")
    func places() {
        #expect(
            ServerBookFile(environment: ["HOME": "/home/ada", "XDG_CONFIG_HOME": "relative"]).path
                == "/home/ada/.config/nodepilot/servers.json")
        #expect(DataFolder(isRoot: true, environment: [:]).path == "/var/lib/nodepilot")
        #expect(
            DataFolder(isRoot: false, environment: ["HOME": "/home/ada"]).path == "/home/ada/.local/state/nodepilot")
        #expect(DataFolder("/srv/np//").adminSocket == "/srv/np/run/admin/admin.sock")
    }
}
