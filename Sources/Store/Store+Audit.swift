package import Core
internal import FoundationEssentials
internal import GRDB

extension Store {
    /// How many audit entries are kept.
    package static let keptAuditEntries: Int64 = 100_000

    /// Adds an entry; its `id` is given by the database. The oldest beyond `keptAuditEntries` are forgotten.
    package func record(_ entry: AuditEntry) async throws {
        try await write { db in
            try db.execute(
                sql: "INSERT INTO audit (at, actor, action, subject, detail, address) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    entry.at.stored, entry.actor, entry.action, entry.subject, entry.detail, entry.address,
                ])
            try db.execute(
                sql: "DELETE FROM audit WHERE id <= ?", arguments: [db.lastInsertedRowID - Self.keptAuditEntries])
        }
    }

    /// Newest first.
    /// - Parameter before: only entries older than the one of this id.
    package func audit(before: AuditEntry.ID? = nil, limit: Int = 100) async throws -> [AuditEntry] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
                arguments: [before ?? .max, limit]
            ).map(AuditEntry.init(row:))
        }
    }
}

extension AuditEntry {
    fileprivate init(row: Row) throws {
        self.init(
            id: try row.value("id"), at: try row.date("at"), actor: try row.value("actor"),
            action: try row.value("action"), subject: try row.value("subject"), detail: try row.value("detail"),
            address: try row.value("address"))
    }
}
