import Core
import FoundationEssentials
import Testing

@testable import Store

@Suite("Settings and audit")
struct HousekeepingTests {
    private func entry(_ action: String) -> AuditEntry {
        AuditEntry(
            id: 0, at: Clock.start, actor: "ada", action: action, subject: "shop", detail: "ü", address: "192.0.2.1")
    }

    @Test("A setting is set, replaced and removed")
    func settings() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            #expect(try await store.setting("setup.code") == nil)
            try await store.setSetting("setup.code", to: "1")
            try await store.setSetting("setup.code", to: "2")
            #expect(try await store.setting("setup.code") == "2")
            try await store.setSetting("setup.code", to: nil)
            #expect(try await store.setting("setup.code") == nil)
        }
    }

    @Test("The audit is read newest first, a page at a time")
    func audit() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            for number in 1...5 { try await store.record(entry("a.\(number)")) }
            let page = try await store.audit(limit: 2)
            #expect(page.map(\.action) == ["a.5", "a.4"])
            #expect(try await store.audit(before: page.last?.id, limit: 2).map(\.action) == ["a.3", "a.2"])
            var first = entry("a.1")
            first.id = 1
            #expect(try await store.audit(before: 2) == [first])
            #expect(try await store.audit(before: 1).isEmpty)
        }
    }

    @Test("The audit keeps its last 100,000 entries")
    func pruning() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            try await store.execute(
                """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                INSERT INTO audit (at, actor, action, subject, detail, address) SELECT '', '', '', '', '', '' FROM n
                """)
            try await store.record(entry("one.more"))
            #expect(try await store.value("SELECT count(*) FROM audit", as: Int64.self) == Store.keptAuditEntries)
            #expect(try await store.value("SELECT min(id) FROM audit") == 2)
            #expect(try await store.audit(limit: 1).first?.action == "one.more")
        }
    }
}
