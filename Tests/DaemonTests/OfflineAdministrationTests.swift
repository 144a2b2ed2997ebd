import Core
import FoundationEssentials
import Glibc
import Store
import Testing

@testable import Daemon

@Suite("Users of a server that is down")
struct OfflineAdministrationTests {
    private let folder = TestFolder()

    /// Opening sets the process's mask, which other tests' files are made under.
    private static func keepingMask(_ body: () async throws -> Void) async rethrows {
        let before = umask(0o022)
        defer { umask(before) }
        try await body()
    }

    @Test("are added, changed and removed on the database, and each change is audited")
    func changes() async throws {
        try await Self.keepingMask {
            let offline = try await OfflineAdministration.open(data: folder.path)
            _ = try await offline.addUser(username: "ada", password: "a long password", role: .admin)
            _ = try await offline.addUser(username: "bob", password: "a long password", role: .user)
            #expect(try await offline.setRole(.viewer, of: "bob").role == .viewer)
            try await offline.setPassword("another password", of: "bob")
            try await offline.removeUser("bob")
            #expect(try await offline.users().map(\.username) == ["ada"])
            let error = await #expect(throws: NodePilotError.self) { try await offline.removeUser("ada") }
            #expect(error?.code == .conflict)
            let missing = await #expect(throws: NodePilotError.self) { try await offline.setRole(.user, of: "eve") }
            #expect(missing?.code == .notFound)
        }
    }

    @Test("cannot be reached while somebody else works on the folder")
    func locked() async throws {
        try await Self.keepingMask {
            let lock = try DataLock(data: folder.path)
            let error = await #expect(throws: NodePilotError.self) {
                _ = try await OfflineAdministration.open(data: folder.path)
            }
            #expect(error?.code == .conflict)
            lock.release()
        }
    }
}
