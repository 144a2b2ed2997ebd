import Core
import FoundationEssentials
import Testing

@testable import Store

@Suite("Users")
struct UsersTests {
    @Test("A user is found by number and by name in any case")
    func lookup() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            #expect(try await !store.hasUsers())
            let ada = try await store.addUser("Ada", role: .viewer)
            #expect(ada == User(id: ada.id, username: "Ada", role: .viewer, createdAt: Clock.start))
            #expect(try await store.hasUsers())
            #expect(try await store.user(id: ada.id) == ada)
            #expect(try await store.user(named: "aDA") == ada)
            #expect(try await store.user(id: 99) == nil)
            #expect(try await store.user(named: "bob") == nil)
            let bob = try await store.addUser("bob")
            #expect(try await store.users() == [ada, bob])
        }
    }

    @Test("Names are taken in any case, and are checked")
    func names() async throws {
        try await StoreFixture.run { fixture in
            _ = try await fixture.store.addUser("Ada")
            let error = try await expect(.conflict) { try await fixture.store.addUser("ada") }
            #expect(error.fields.map(\.name) == ["username"])
            try await expect(.invalidInput) { try await fixture.store.addUser("a b") }
            #expect(try await fixture.store.users().count == 1)
        }
    }

    @Test("Of many who want to be the first administrator, one is")
    func firstAdministrator() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let made = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        do {
                            return try await store.createFirstAdministrator(username: "u\(number)", passwordHash: "x")
                                .role == .admin
                        } catch { return false }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(made == 1)
            try await expect(.conflict) { try await store.createFirstAdministrator(username: "z", passwordHash: "x") }
            #expect(try await store.users().count == 1)
        }
    }

    @Test("Credentials come with the hash, which can be replaced")
    func credentials() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser("ada")
            #expect(try await store.credentials(username: "ADA")?.passwordHash == "$2b$hash-of-ada")
            #expect(try await store.credentials(username: "bob") == nil)
            try await store.setPasswordHash(user: ada.id, hash: "$2b$new")
            let credentials = try await store.credentials(username: "ada")
            #expect(credentials?.user == ada && credentials?.passwordHash == "$2b$new")
            try await expect(.notFound) { try await store.setPasswordHash(user: 99, hash: "x") }
        }
    }

    @Test("The last administrator is neither demoted nor removed")
    func lastAdministrator() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser("ada", role: .admin)
            let bob = try await store.addUser("bob")
            try await expect(.conflict) { try await store.setRole(user: ada.id, role: .user) }
            try await expect(.conflict) { try await store.removeUser(ada.id, projectsTo: bob.id) }
            #expect(try await store.setRole(user: ada.id, role: .admin) == ada)
            #expect(try await store.setRole(user: bob.id, role: .admin).role == .admin)
            #expect(try await store.setRole(user: ada.id, role: .viewer).role == .viewer)
            try await expect(.conflict) { try await store.setRole(user: bob.id, role: .user) }
            try await expect(.notFound) { try await store.setRole(user: 99, role: .user) }
        }
    }

    @Test("Two administrators who remove each other at once do not both succeed")
    func race() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser("ada", role: .admin)
            let bob = try await store.addUser("bob", role: .admin)
            await withTaskGroup { group in
                for (victim, heir) in [(ada, bob), (bob, ada)] {
                    group.addTask {
                        do { try await store.removeUser(victim.id, projectsTo: heir.id) } catch {
                            #expect((error as? NodePilotError) != nil)
                        }
                    }
                }
            }
            #expect(try await store.users().count == 1)
        }
    }

    @Test("The projects of a removed user pass on; their sessions and tokens do not")
    func removal() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser("ada", role: .admin)
            let bob = try await store.addUser("bob")
            let eve = try await store.addUser("eve")
            let shop = try await store.addProject(owner: bob)
            try await store.createSession(
                user: bob.id, tokenHash: hash(1), family: "f", expiresAt: .distantFuture, userAgent: "", address: "")
            _ = try await store.createAPIToken(user: bob.id, name: "ci", scope: .read, hash: hash(2), expiresAt: nil)
            try await expect(.notFound) { try await store.removeUser(bob.id, projectsTo: 99) }
            #expect(try await store.user(id: bob.id) != nil)

            try await store.removeUser(bob.id, projectsTo: eve.id)
            #expect(try await store.project(id: shop.id)?.ownerID == eve.id)
            #expect(try await store.session(tokenHash: hash(1)) == nil)
            #expect(try await store.apiToken(hash: hash(2)) == nil)

            try await store.removeUser(eve.id)
            #expect(try await store.projects(ownedBy: ada.id).map(\.id) == [shop.id])
            try await expect(.notFound) { try await store.removeUser(eve.id) }
        }
    }

    @Test("The number of a removed user is not given out again")
    func numbers() async throws {
        try await StoreFixture.run { fixture in
            _ = try await fixture.store.addUser("ada", role: .admin)
            let bob = try await fixture.store.addUser("bob")
            try await fixture.store.removeUser(bob.id)
            #expect(try await fixture.store.addUser("eve").id > bob.id)
        }
    }
}
