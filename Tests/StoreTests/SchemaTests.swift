import Core
import FoundationEssentials
import GRDB
import Testing

@testable import Store

@Suite("The schema")
struct SchemaTests {
    @Test(
        "The tables that people know have all of their columns",
        arguments: [
            ("users", ["id", "username", "password", "created_at"]),
            (
                "projects",
                [
                    "id", "name", "display_name", "path", "start_command", "port", "env_vars", "pm2_name", "status",
                    "created_at", "updated_at",
                ]
            ),
            ("deployments", ["id", "project_id", "version", "deployed_at", "status", "notes"]),
        ])
    func columns(_ table: String, _ columns: [String]) async throws {
        try await StoreFixture.run { fixture in
            let names = try await fixture.store.read { try $0.columns(in: table).map(\.name) }
            #expect(Set(columns).subtracting(names).isEmpty)
        }
    }

    @Test("A project's environment is named in its row, and only named")
    func environmentNames() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(
                owner: store.addUser(),
                environment: [.init(name: "B", value: "value-b"), .init(name: "A", value: "value-a")])
            let names = { try await store.value("SELECT env_vars FROM projects", as: String.self) }
            #expect(try await names() == #"["A","B"]"#)
            try await store.changeEnvironment(of: project.id, set: [.init(name: "C", value: "")], unset: ["A", "Z"])
            #expect(try await names() == #"["B","C"]"#)
            try await store.changeEnvironment(of: project.id, unset: ["B", "C"])
            #expect(try await names() == "[]")
        }
    }

    @Test("Opening again migrates nothing twice")
    func idempotent() async throws {
        try await StoreFixture.run { fixture in
            let applied = try await fixture.store.value("SELECT count(*) FROM grdb_migrations", as: Int.self)
            #expect(applied == Schema.version)
            let reopened = try await fixture.reopened()
            #expect(try await reopened.value("SELECT count(*) FROM grdb_migrations", as: Int.self) == applied)
        }
    }

    @Test("A database of a newer version is refused, names both versions, and is left as it is")
    func newer() async throws {
        try await StoreFixture.run { fixture in
            let newer = Schema.version + 3
            _ = try await fixture.store.addUser()
            try await fixture.store.execute("INSERT INTO grdb_migrations VALUES ('\(newer)')")
            fixture.store.close()
            let error = try await expect(.unprocessable) { try await StoreFixture.open(fixture.directory) }
            #expect(error.message.contains("version \(newer)") && error.message.contains("up to \(Schema.version)"))
            #expect(error.hint?.contains("Install the newer NodePilot") == true)

            let queue = try DatabaseQueue(path: fixture.directory + "/nodepilot.db")
            #expect(try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM users") } == 1)
            try queue.close()
        }
    }

    @Test("Every reference is indexed, so that removing a project or user reads no whole table")
    func indexes() async throws {
        try await StoreFixture.run { fixture in
            let unindexed = try await fixture.store.read { db in
                try String.fetchAll(
                    db,
                    sql: """
                        SELECT tables.name || '.' || keys."from"
                        FROM pragma_table_list AS tables, pragma_foreign_key_list(tables.name) AS keys
                        WHERE tables.schema = 'main' AND NOT EXISTS (
                            SELECT 1 FROM pragma_index_list(tables.name) AS indexes, pragma_index_info(indexes.name) AS columns
                            WHERE columns.seqno = 0 AND columns.name = keys."from" AND NOT indexes.partial
                        )
                        """)
            }
            #expect(unindexed == [])
        }
    }
}
