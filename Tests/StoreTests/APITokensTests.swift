import Core
import FoundationEssentials
import Testing

@testable import Store

@Suite("API tokens")
struct APITokensTests {
    @Test("A token is found by its hash until it expires")
    func lookup() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let expiry = Clock.start.addingTimeInterval(60)
            let token = try await store.createAPIToken(
                user: ada.id, name: "ci", scope: .deploy, hash: hash(1), prefix: "np_abc", expiresAt: expiry)
            #expect(token.name == "ci" && token.scope == .deploy && token.token == nil)
            #expect(token.createdAt == Clock.start && token.expiresAt == expiry && token.lastUsedAt == nil)
            let found = try #require(try await store.apiToken(hash: hash(1)))
            #expect(found.user == ada && found.token.id == token.id)
            #expect(try await store.apiToken(hash: hash(2)) == nil)
            fixture.clock.advance(by: 60)
            #expect(try await store.apiToken(hash: hash(1)) == nil)
            #expect(try await store.apiTokens(of: ada.id).map(\.id) == [token.id])
        }
    }

    @Test("A user has each name once; another user may have it too")
    func names() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser("ada")
            let bob = try await store.addUser("bob")
            _ = try await store.createAPIToken(user: ada.id, name: "ci", scope: .read, hash: hash(1), expiresAt: nil)
            try await expect(.conflict) {
                try await store.createAPIToken(user: ada.id, name: "ci", scope: .read, hash: hash(2), expiresAt: nil)
            }
            _ = try await store.createAPIToken(user: bob.id, name: "ci", scope: .read, hash: hash(3), expiresAt: nil)
            try await expect(.notFound) {
                try await store.createAPIToken(user: 99, name: "ci", scope: .read, hash: hash(4), expiresAt: nil)
            }
        }
    }

    @Test(
        "Names that cannot be shown are refused",
        arguments: ["", "a\nb", "a\u{0}", "a\u{202E}b", "a\u{2028}b", String(repeating: "a", count: 65)])
    func wrongNames(_ name: String) async throws {
        try await StoreFixture.run { fixture in
            let ada = try await fixture.store.addUser()
            try await expect(.invalidInput) {
                try await fixture.store.createAPIToken(
                    user: ada.id, name: name, scope: .read, hash: hash(1), expiresAt: nil)
            }
        }
    }

    @Test("Its last use is remembered, at most once a minute")
    func touch() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let token = try await store.createAPIToken(
                user: ada.id, name: "ci", scope: .full, hash: hash(1), expiresAt: nil)
            let lastUse = { try await store.apiTokens(of: ada.id).first?.lastUsedAt }
            try await store.touchAPIToken(id: token.id)
            #expect(try await lastUse() == Clock.start)
            fixture.clock.advance(by: 59)
            try await store.touchAPIToken(id: token.id)
            #expect(try await lastUse() == Clock.start)
            fixture.clock.advance(by: 1)
            try await store.touchAPIToken(id: token.id)
            #expect(try await lastUse() == Clock.start.addingTimeInterval(60))
            try await store.touchAPIToken(id: 99)
        }
    }

    @Test("Only its owner removes a token")
    func removal() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser("ada")
            let bob = try await store.addUser("bob")
            let token = try await store.createAPIToken(
                user: ada.id, name: "ci", scope: .full, hash: hash(1), expiresAt: nil)
            try await expect(.notFound) { try await store.removeAPIToken(id: token.id, of: bob.id) }
            #expect(try await store.removeAPIToken(id: token.id, of: ada.id).name == "ci")
            #expect(try await store.apiToken(hash: hash(1)) == nil)
            try await expect(.notFound) { try await store.removeAPIToken(id: token.id, of: ada.id) }
        }
    }
}
