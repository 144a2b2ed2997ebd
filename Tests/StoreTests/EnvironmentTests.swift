import Core
import FoundationEssentials
import Glibc
import Testing

@testable import Store

@Suite("Sealed environment")
struct EnvironmentTests {
    private static let secret = "correct-horse-battery-staple"

    /// The bytes of the database, its WAL and its index. Opening them here is for this test only, which is the one process
    /// that has them open.
    private func bytes(in directory: String) throws -> [Data] {
        try ["nodepilot.db", "nodepilot.db-wal", "nodepilot.db-shm"].compactMap { name in
            try Files.read("\(directory)/\(name)", limit: 16 << 20).map { Data($0) }
        }
    }

    @Test("Variables come back opened and by name, and change in one transaction")
    func change() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(owner: store.addUser())
            #expect(try await store.environment(of: project.id).isEmpty)
            fixture.clock.advance(by: 60)
            let after = try await store.changeEnvironment(
                of: project.id, set: [.init(name: "B", value: "1"), .init(name: "A", value: "line\nline ü")])
            #expect(after == [.init(name: "A", value: "line\nline ü"), .init(name: "B", value: "1")])
            #expect(try await store.project(id: project.id)?.updatedAt == Clock.start.addingTimeInterval(60))
            let last = try await store.changeEnvironment(
                of: project.id, set: [.init(name: "B", value: "2")], unset: ["A", "B"])
            #expect(last == [.init(name: "B", value: "2")])
        }
    }

    @Test("A change with one wrong variable changes nothing")
    func atomic() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(
                owner: store.addUser(), environment: [.init(name: "A", value: "1")])
            for wrong in [
                EnvironmentVariable(name: "1B", value: ""), .init(name: "B", value: nil),
                .init(name: "PORT", value: "1"),
            ] {
                try await expect(.invalidInput) {
                    try await store.changeEnvironment(
                        of: project.id, set: [.init(name: "C", value: ""), wrong], unset: ["A"])
                }
            }
            #expect(try await store.environment(of: project.id) == [.init(name: "A", value: "1")])
        }
    }

    @Test("A project that is not there has no environment to read or change")
    func missing() async throws {
        try await StoreFixture.run { fixture in
            try await expect(.notFound) { try await fixture.store.environment(of: 9) }
            try await expect(.notFound) { try await fixture.store.changeEnvironment(of: 9, unset: ["A"]) }
        }
    }

    @Test("No value is in the database's files, before or after the WAL is folded in")
    func sealed() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(
                owner: store.addUser(), environment: [.init(name: "FINDABLE_NAME", value: Self.secret)])
            try await store.changeEnvironment(of: project.id, set: [.init(name: "OTHER", value: Self.secret + "2")])
            for isOpen in [true, false] {
                if !isOpen { store.close() }
                let files = try bytes(in: fixture.directory)
                #expect(files.contains { $0.firstRange(of: Data("FINDABLE_NAME".utf8)) != nil })
                #expect(!files.contains { $0.firstRange(of: Data(Self.secret.utf8)) != nil })
                #expect(
                    !files.contains {
                        $0.firstRange(of: Data(Data(Self.secret.utf8).base64EncodedString().utf8)) != nil
                    })
            }
        }
    }

    @Test("A sealed value does not open in another project or under another name")
    func bound() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let shop = try await store.addProject(
                "shop", owner: ada, environment: [.init(name: "A", value: Self.secret)])
            let blog = try await store.addProject("blog", owner: ada)
            await #expect(throws: NodePilotError.self) {
                try await store.execute("UPDATE environment SET project_id = \(blog.id)")
            }
            try await store.execute(
                "INSERT INTO environment SELECT \(blog.id), name, sealed, updated_at FROM environment WHERE name = 'A'")
            try await expect(.internal) { try await store.environment(of: blog.id) }
            try await store.execute(
                "INSERT INTO environment SELECT project_id, 'B', sealed, updated_at FROM environment WHERE project_id = \(shop.id)"
            )
            try await expect(.internal) { try await store.environment(of: shop.id) }
        }
    }

    @Test("Equal values are sealed differently")
    func nonces() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            _ = try await store.addProject(
                owner: store.addUser(), environment: (1...20).map { .init(name: "A\($0)", value: "same") })
            #expect(try await store.value("SELECT count(DISTINCT substr(sealed, 1, 12)) FROM environment") == 20)
            #expect(try await store.value("SELECT count(DISTINCT substr(sealed, 13)) FROM environment") == 20)
        }
    }

    @Test("A key that is missing, short, long or another's is refused while there are sealed values")
    func refusedKeys() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            _ = try await store.addProject(owner: store.addUser(), environment: [.init(name: "A", value: Self.secret)])
            store.close()
            let secrets = fixture.directory + "/secrets"
            let key = try #require(try Files.read(secrets + "/environment.key", limit: 64))
            #expect(key.count == 32)
            for wrong in [nil, Array(key.dropLast()), key + [0], [], Array(key.reversed())] as [[UInt8]?] {
                unlink(secrets + "/environment.key")
                if let wrong { try Files.write(wrong, to: "environment.key", in: secrets) }
                let error = try await expect(.unprocessable) { try await StoreFixture.open(fixture.directory) }
                #expect(error.message.contains("environment.key") && error.hint?.contains("backup") == true)
                #expect(try Files.read(secrets + "/environment.key", limit: 64) == wrong)
            }
            try Files.write(key, to: "environment.key", in: secrets)
            let reopened = try await fixture.reopened()
            #expect(try await reopened.environment(of: 1).map(\.value) == [Self.secret])
        }
    }

    @Test("A key that is missing while nothing is sealed is made anew; a short one is still refused")
    func unusedKey() async throws {
        try await StoreFixture.run { fixture in
            let path = fixture.directory + "/secrets/environment.key"
            let old = try Files.read(path, limit: 64)
            fixture.store.close()
            unlink(path)
            _ = try await fixture.reopened()
            let new = try Files.read(path, limit: 64)
            #expect(new?.count == 32 && new != old)
            try Files.write([1, 2, 3], to: "environment.key", in: fixture.directory + "/secrets")
            try await expect(.unprocessable) { try await StoreFixture.open(fixture.directory) }
        }
    }

    @Test("A key that others could read is made private again")
    func openKey() async throws {
        try await StoreFixture.run { fixture in
            let path = fixture.directory + "/secrets/environment.key"
            chmod(path, 0o644)
            _ = try await fixture.reopened()
            #expect(try mode(of: path) == 0o600)
        }
    }
}
