import Commands
import Core
import FoundationEssentials
import ScriptedServer
import Synchronization
import Testing

@Suite("nodepilot admin users")
struct AdminUsersTests {
    /// Users in memory, in the place of a database whose server is down.
    private final class OfflineUsers: UserAdministration {
        private let list = Mutex<[User]>([])

        func users() -> [User] { list.withLock { $0 } }

        func addUser(username: String, password: String, role: Role) throws -> User {
            let user = User(id: 1, username: username, role: role, createdAt: Fixture.date)
            list.withLock { $0.append(user) }
            return user
        }

        func setPassword(_ password: String, of username: String) {}
        func setRole(_ role: Role, of username: String) throws -> User { throw NodePilotError.notFound(username) }
        func removeUser(_ username: String) { list.withLock { $0.removeAll { $0.username == username } } }
    }

    @Test("asks the server while it is up")
    func online() async throws {
        var here = try Surroundings()
        here.keyboard = ScriptedKeyboard(["correct horse battery"], isInteractive: false)
        here.openOffline = { _ in throw NodePilotError(.internal, "The database was opened beside the server.") }
        try await here.serving({ request in
            request.path == "/health"
                ? .json(#"{"status":"ok","version":"1"}"#)
                : .json(#"{"id":2,"username":"ada","role":"user","created_at":"2026-11-21T08:15:30Z"}"#, status: 201)
        }) { server in
            let status = await here.run(
                "admin", "users", "add", "ada", "--role", "user", "--password-stdin", "--data", here.data)
            #expect(status == 0)
            #expect(here.console.output == "ada is added as user.\n")
            #expect(server.received.last?.bodyText.contains("correct horse battery") == true)
        }
    }

    @Test("works on the database while the server is down")
    func offline() async throws {
        var here = try Surroundings()
        let users = OfflineUsers()
        let opened = Mutex<[String]>([])
        here.openOffline = { folder in
            opened.withLock { $0.append(folder) }
            return users
        }
        here.keyboard = ScriptedKeyboard(["correct horse battery", "correct horse battery"])
        #expect(await here.run("admin", "users", "add", "ada", "--role", "admin", "--data", here.data) == 0)
        #expect(await here.run("admin", "users", "--data", here.data) == 0)
        #expect(here.console.output.contains("ada   admin"))
        #expect(await here.run("admin", "users", "role", "bob", "viewer", "--data", here.data) == 4)
        #expect(await here.run("admin", "users", "remove", "ada", "--yes", "--data", here.data) == 0)
        #expect(users.users().isEmpty)
        #expect(opened.withLock { $0 } == Array(repeating: here.data, count: 4))
        #expect(!(here.console.output + here.console.errors).contains("battery"))
    }

    @Test("refuses passwords that differ, are short, or are not there")
    func passwords() async throws {
        var here = try Surroundings()
        let users = OfflineUsers()
        here.openOffline = { _ in users }
        for typed in [["correct horse", "correct house"], ["short", "short"], []] {
            here.keyboard = ScriptedKeyboard(typed)
            #expect(await here.run("admin", "users", "add", "ada", "--role", "user", "--data", here.data) != 0)
        }
        here.keyboard = ScriptedKeyboard(isInteractive: false)
        #expect(await here.run("admin", "users", "passwd", "ada", "--data", here.data) == 2)
        #expect(here.console.errors.contains("--password-stdin"))
        #expect(users.users().isEmpty)
    }
}
