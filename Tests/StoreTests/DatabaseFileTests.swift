import Core
import FoundationEssentials
import GRDB
import Glibc
import Testing

@testable import Store

@Suite("The database file")
struct DatabaseFileTests {
    @Test("Nobody else can read the database, its WAL and its key")
    func modes() async throws {
        try await StoreFixture.run { fixture in
            _ = try await fixture.store.addUser()
            for name in ["nodepilot.db", "nodepilot.db-wal", "nodepilot.db-shm", "secrets/environment.key"] {
                #expect(try mode(of: "\(fixture.directory)/\(name)") == 0o600, "\(name)")
            }
            #expect(try mode(of: "\(fixture.directory)/secrets") == 0o700)
        }
    }

    @Test("A data folder that is missing is made so that others may pass through it and not look")
    func folder() async throws {
        try await StoreFixture.inFolder { directory in
            let store = try await StoreFixture.open(directory + "/data")
            store.close()
            #expect(try mode(of: directory + "/data") == 0o711)
        }
    }

    @Test("The writer waits for the disk at every commit, also after the readers came and went")
    func synchronous() async throws {
        try await StoreFixture.run { fixture in
            let writer = { try await fixture.store.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } }
            #expect(try await writer() == 2)
            _ = try await fixture.store.users()
            fixture.store.pool.releaseMemory()
            _ = try await fixture.store.addUser()
            #expect(try await writer() == 2)
            #expect(try await fixture.store.value("PRAGMA journal_mode") == "wal")
        }
    }

    @Test("Foreign keys are enforced")
    func foreignKeys() async throws {
        try await StoreFixture.run { fixture in
            #expect(try await fixture.store.write { try Int.fetchOne($0, sql: "PRAGMA foreign_keys") } == 1)
            try await expect(.notFound) {
                try await fixture.store.execute("INSERT INTO releases VALUES (99, 1, '{}', 0, '')")
            }
        }
    }

    @Test("Only the writer can write and checkpoint")
    func readers() async throws {
        try await StoreFixture.run { fixture in
            _ = try await fixture.store.addUser()
            await #expect(throws: NodePilotError.self) {
                try await fixture.store.read { try $0.execute(sql: "DELETE FROM users") }
            }
            #expect(throws: DatabaseError.self) {
                try fixture.store.pool.unsafeRead { db in
                    _ = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                }
            }
            #expect(try await fixture.store.users().count == 1)
        }
    }

    @Test("What was written is there after closing and opening, and the WAL is folded in")
    func reopening() async throws {
        try await StoreFixture.run { fixture in
            let user = try await fixture.store.addUser()
            let project = try await fixture.store.addProject(
                owner: user, environment: [EnvironmentVariable(name: "A", value: "secret ü")])
            fixture.store.close()
            #expect(access("\(fixture.directory)/nodepilot.db-wal", F_OK) != 0)
            let reopened = try await fixture.reopened()
            #expect(try await reopened.users() == [user])
            #expect(try await reopened.projects() == [project])
            #expect(try await reopened.environment(of: project.id).map(\.value) == ["secret ü"])
            #expect(try await reopened.value("PRAGMA integrity_check") == "ok")
            #expect(try await reopened.value("SELECT count(*) FROM pragma_foreign_key_check") == 0)
        }
    }

    @Test("After closing, a call says that the server is stopping")
    func closed() async throws {
        try await StoreFixture.run { fixture in
            fixture.store.close()
            try await expect(.unavailable) { try await fixture.store.users() }
            try await expect(.unavailable) { try await fixture.store.addUser() }
            fixture.store.close()
        }
    }

    @Test("Many writers and readers at once all get their turn")
    func concurrency() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(owner: store.addUser())
            try await withThrowingTaskGroup { group in
                for writer in 0..<40 {
                    group.addTask {
                        for entry in 0..<5 { try await store.setSetting("\(writer).\(entry)", to: "x") }
                        _ = try await store.reserveReleaseNumber(project: project.id)
                    }
                    group.addTask { _ = try await store.projects() }
                }
                try await group.waitForAll()
            }
            #expect(try await store.value("SELECT count(*) FROM settings WHERE value = 'x'") == 200)
            #expect(try await store.reserveReleaseNumber(project: project.id) == 41)
        }
    }

    @Test("A write of a cancelled task is made all the same: failures must be recorded")
    func cancellation() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            try await withThrowingTaskGroup { group in
                group.addTask {
                    withUnsafeCurrentTask { $0?.cancel() }
                    #expect(Task.isCancelled)
                    try await store.setSetting("a", to: "1")
                    #expect(try await store.setting("a") == "1")
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("A full disk is said so, changes nothing, and is over when there is space again")
    func fullDisk() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let pages = try await store.value("PRAGMA page_count", as: Int.self) ?? 0
            _ = try await store.write { try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages)") }
            let large = String(repeating: "x", count: 100_000)
            let error = try await expect(.insufficientStorage) { try await store.setSetting("large", to: large) }
            #expect(error.hint?.isEmpty == false)
            #expect(try await store.setting("large") == nil)
            _ = try await store.write { try Int.fetchOne($0, sql: "PRAGMA max_page_count = 1000000") }
            try await store.setSetting("large", to: large)
            #expect(try await store.value("PRAGMA integrity_check") == "ok")
        }
    }

    @Test("A file that is no database is refused in words")
    func notADatabase() async throws {
        try await StoreFixture.inFolder { directory in
            try Files.write(Array(repeating: 0x41, count: 8192), to: "nodepilot.db", in: directory)
            let error = try await expect(.internal) { try await StoreFixture.open(directory) }
            #expect(error.message == "The database is damaged.")
        }
    }

    @Test("A data folder that cannot be used is refused in words")
    func unusableFolder() async throws {
        let error = try await expect(.internal) { try await StoreFixture.open("/proc/nothing") }
        #expect(error.message.contains("folder"))
    }

    @Test("A row that was edited by hand is an internal error and ends nothing")
    func editedRow() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(owner: store.addUser())
            for change in ["name = 'a b'", "created_at = 'yesterday'", "owner_id = 'x'", "status = 'odd'"] {
                try await store.write { db in
                    try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
                    try db.execute(sql: "PRAGMA defer_foreign_keys = ON")
                    try db.execute(sql: "UPDATE projects SET \(change)")
                    #expect(throws: (any Error).self) { try Project.fetch(db, id: project.id) }
                    try db.execute(sql: "UPDATE projects SET name = 'shop', status = 'stopped', owner_id = 1")
                    try db.execute(sql: "PRAGMA ignore_check_constraints = OFF")
                }
            }
            try await store.execute("UPDATE projects SET created_at = 'yesterday'")
            try await expect(.internal) { try await store.projects() }
        }
    }
}
