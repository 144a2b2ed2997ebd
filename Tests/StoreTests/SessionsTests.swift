import Core
import FoundationEssentials
import Testing

@testable import Store

@Suite("Refresh tokens")
struct SessionsTests {
    private func signIn(_ fixture: StoreFixture, _ user: User, token: UInt8, family: String) async throws {
        try await fixture.store.createSession(
            user: user.id, tokenHash: hash(token), family: family,
            expiresAt: fixture.clock.now.addingTimeInterval(3600), userAgent: "Browser", address: "192.0.2.1")
    }

    private func rotate(_ fixture: StoreFixture, _ old: UInt8, to new: UInt8) async throws -> RotationResult {
        try await fixture.store.rotateSession(tokenHash: hash(old), newTokenHash: hash(new))
    }

    @Test("Each use gives a successor that works")
    func rotation() async throws {
        try await StoreFixture.run { fixture in
            let ada = try await fixture.store.addUser()
            try await signIn(fixture, ada, token: 1, family: "f")
            #expect(try await rotate(fixture, 1, to: 2) == .rotated(ada))
            #expect(try await rotate(fixture, 2, to: 3) == .rotated(ada))
            #expect(try await fixture.store.session(tokenHash: hash(3))?.family == "f")
            #expect(try await fixture.store.session(tokenHash: hash(2)) == nil)
            #expect(try await rotate(fixture, 9, to: 10) == .unknown)
        }
    }

    @Test("A second use revokes the family, its newest token too, and no other")
    func reuse() async throws {
        try await StoreFixture.run { fixture in
            let ada = try await fixture.store.addUser()
            try await signIn(fixture, ada, token: 1, family: "stolen")
            try await signIn(fixture, ada, token: 11, family: "other")
            _ = try await rotate(fixture, 1, to: 2)
            #expect(try await rotate(fixture, 1, to: 3) == .reused(ada))
            #expect(try await rotate(fixture, 2, to: 4) == .unknown)
            #expect(try await rotate(fixture, 3, to: 5) == .unknown)
            #expect(try await rotate(fixture, 1, to: 6) == .reused(ada))
            #expect(try await rotate(fixture, 11, to: 12) == .rotated(ada))
        }
    }

    @Test("Of many uses at the same moment one wins, and the family is revoked")
    func race() async throws {
        try await StoreFixture.run { fixture in
            let ada = try await fixture.store.addUser()
            try await signIn(fixture, ada, token: 1, family: "f")
            let results = try await withThrowingTaskGroup { group in
                for new in UInt8(10)..<20 { group.addTask { try await self.rotate(fixture, 1, to: new) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0 == .rotated(ada) } == 1)
            #expect(results.count { $0 == .reused(ada) } == 9)
            for new in UInt8(10)..<20 { #expect(try await fixture.store.session(tokenHash: hash(new)) == nil) }
        }
    }

    @Test("A successor expires with its predecessor, unless a later time is asked for")
    func expiry() async throws {
        try await StoreFixture.run { fixture in
            let ada = try await fixture.store.addUser()
            try await signIn(fixture, ada, token: 1, family: "f")
            try await signIn(fixture, ada, token: 11, family: "g")
            fixture.clock.advance(by: 3000)
            _ = try await rotate(fixture, 1, to: 2)
            _ = try await fixture.store.rotateSession(
                tokenHash: hash(11), newTokenHash: hash(12), expiresAt: fixture.clock.now.addingTimeInterval(3600))
            fixture.clock.advance(by: 600)
            #expect(try await rotate(fixture, 2, to: 3) == .expired)
            #expect(try await rotate(fixture, 12, to: 13) == .rotated(ada))
            let later = fixture.clock.now.addingTimeInterval(9000)
            let late = try await fixture.store.rotateSession(tokenHash: hash(13), newTokenHash: hash(14), now: later)
            #expect(late == .expired)
        }
    }

    @Test("Signing out ends one family")
    func signOut() async throws {
        try await StoreFixture.run { fixture in
            let ada = try await fixture.store.addUser()
            try await signIn(fixture, ada, token: 1, family: "f")
            try await signIn(fixture, ada, token: 2, family: "g")
            #expect(try await fixture.store.revokeFamily(of: hash(1)) == ada)
            #expect(try await fixture.store.revokeFamily(of: hash(9)) == nil)
            #expect(try await rotate(fixture, 1, to: 3) == .unknown)
            #expect(try await rotate(fixture, 2, to: 4) == .rotated(ada))
        }
    }

    @Test("A changed password ends all sessions of that user but one family")
    func otherSessions() async throws {
        try await StoreFixture.run { fixture in
            let ada = try await fixture.store.addUser("ada")
            let bob = try await fixture.store.addUser("bob")
            for (token, family) in [(UInt8(1), "f"), (2, "g"), (3, "h")] {
                try await signIn(fixture, ada, token: token, family: family)
            }
            try await signIn(fixture, bob, token: 4, family: "b")
            try await fixture.store.revokeSessions(of: ada.id, except: "g")
            #expect(try await rotate(fixture, 1, to: 11) == .unknown)
            #expect(try await rotate(fixture, 3, to: 13) == .unknown)
            #expect(try await rotate(fixture, 2, to: 12) == .rotated(ada))
            try await fixture.store.revokeSessions(of: ada.id)
            #expect(try await rotate(fixture, 12, to: 22) == .unknown)
            #expect(try await rotate(fixture, 4, to: 14) == .rotated(bob))
        }
    }

    @Test("Expired sessions are forgotten, by hand and by the next signing in")
    func pruning() async throws {
        try await StoreFixture.run { fixture in
            let ada = try await fixture.store.addUser()
            let count = { try await fixture.store.value("SELECT count(*) FROM sessions", as: Int.self) }
            try await signIn(fixture, ada, token: 1, family: "f")
            try await fixture.store.pruneSessions()
            #expect(try await count() == 1)
            fixture.clock.advance(by: 3600)
            try await fixture.store.pruneSessions()
            #expect(try await count() == 0)
            try await signIn(fixture, ada, token: 2, family: "g")
            fixture.clock.advance(by: 3600)
            try await signIn(fixture, ada, token: 3, family: "h")
            #expect(try await count() == 1)
        }
    }
}
