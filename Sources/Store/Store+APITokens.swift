package import Core
package import FoundationEssentials
internal import GRDB

/// Named tokens for programs. The database holds their SHA-256 only.
extension Store {
    /// - Parameters:
    ///   - hash: SHA-256 of the token, 32 bytes.
    ///   - prefix: its first characters, for people to recognise it by.
    /// - Throws: `.invalidInput` for the name, `.conflict` when the user has a token of that name.
    package func createAPIToken(
        user: User.ID, name: String, scope: APITokenScope, hash: Data, prefix: String = "", expiresAt: Date?
    ) async throws -> APITokenView {
        guard (1...64).contains(name.unicodeScalars.count), name.unicodeScalars.allSatisfy(Self.isVisible) else {
            throw NodePilotError.invalid(
                "name", "has no or more than 64 characters, or one that cannot be shown",
                hint: "Name the token for what will use it: github-actions.")
        }
        let now = now().stored
        return try await write { db in
            let isTaken = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM api_tokens WHERE user_id = ? AND name = ?)",
                arguments: [user, name])
            guard isTaken != true else {
                throw NodePilotError(
                    .conflict, "You have a token named “\(name)” already.", hint: "Remove it, or choose another name.",
                    fields: [.init(name: "name", problem: "is taken")])
            }
            let row = try Row.fetchOne(
                db,
                sql: """
                    INSERT INTO api_tokens (user_id, name, scope, token_hash, prefix, created_at, expires_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *
                    """,
                arguments: [user, name, scope.rawValue, hash, prefix, now, expiresAt?.stored])
            return try APITokenView(row: row.orMissing())
        }
    }

    /// Newest first, the expired ones too.
    package func apiTokens(of user: User.ID) async throws -> [APITokenView] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM api_tokens WHERE user_id = ? ORDER BY id DESC", arguments: [user])
                .map(APITokenView.init(row:))
        }
    }

    /// The token of that hash and its owner; nil when there is none or it has expired.
    package func apiToken(hash: Data) async throws -> (user: User, token: APITokenView)? {
        let now = now().stored
        return try await read { db in
            let sql = "SELECT * FROM api_tokens WHERE token_hash = ? AND (expires_at IS NULL OR expires_at > ?)"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [hash, now]),
                let user = try User.fetch(db, where: "id = ?", try row.value("user_id", as: Int64.self))
            else { return nil }
            return (user, try APITokenView(row: row))
        }
    }

    /// Remembers that it was used; writes at most once a minute.
    package func touchAPIToken(id: APITokenView.ID) async throws {
        let now = now()
        let earlier = now.addingTimeInterval(-60).stored
        let isDue = try await read { db in
            try Bool.fetchOne(
                db, sql: "SELECT last_used_at IS NULL OR last_used_at <= ? FROM api_tokens WHERE id = ?",
                arguments: [earlier, id])
        }
        guard isDue == true else { return }
        try await write { db in
            try db.execute(sql: "UPDATE api_tokens SET last_used_at = ? WHERE id = ?", arguments: [now.stored, id])
        }
    }

    /// - Throws: `.notFound` when the user has no such token.
    /// - Returns: what was removed.
    @discardableResult
    package func removeAPIToken(id: APITokenView.ID, of user: User.ID) async throws -> APITokenView {
        try await write { db in
            let sql = "DELETE FROM api_tokens WHERE id = ? AND user_id = ? RETURNING *"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [id, user]) else {
                throw NodePilotError.notFound("The token")
            }
            return try APITokenView(row: row)
        }
    }

    // MARK: - Private

    /// Neither a control character nor one that reorders the text around it.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

extension APITokenView {
    init(row: Row) throws {
        self.init(
            id: try row.value("id"), name: try row.value("name"), scope: try row.word("scope"),
            createdAt: try row.date("created_at"), expiresAt: try row.optionalDate("expires_at"),
            lastUsedAt: try row.optionalDate("last_used_at"))
    }
}
