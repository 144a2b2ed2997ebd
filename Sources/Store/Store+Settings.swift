internal import GRDB

/// Settings of the whole server, by key.
extension Store {
    package func setting(_ key: String) async throws -> String? {
        try await read { try String.fetchOne($0, sql: "SELECT value FROM settings WHERE key = ?", arguments: [key]) }
    }

    /// - Parameter value: nil removes it.
    package func setSetting(_ key: String, to value: String?) async throws {
        try await write { db in
            guard let value else {
                return try db.execute(sql: "DELETE FROM settings WHERE key = ?", arguments: [key])
            }
            try db.execute(
                sql: """
                    INSERT INTO settings (key, value) VALUES (?, ?)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value
                    """,
                arguments: [key, value])
        }
    }
}
