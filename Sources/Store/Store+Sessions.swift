package import Core
package import FoundationEssentials
internal import GRDB

/// Refresh tokens. The database holds their SHA-256 only. Each use replaces the token by its successor in the same
/// family; there is no grace for a second use, not even at once: two tabs must share one rotation.
extension Store {
    /// Begins or continues a family of refresh tokens, and forgets those that have expired.
    /// - Parameters:
    ///   - tokenHash: SHA-256 of the token, 32 bytes.
    ///   - family: unguessable and unique for each signing in.
    package func createSession(
        user: User.ID, tokenHash: Data, family: String, expiresAt: Date, userAgent: String, address: String
    ) async throws {
        let now = now().stored
        try await write { db in
            try db.execute(sql: "DELETE FROM sessions WHERE expires_at <= ?", arguments: [now])
            try db.execute(
                sql: """
                    INSERT INTO sessions (user_id, family, token_hash, created_at, expires_at, user_agent, address)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    user, family, tokenHash, now, expiresAt.stored, String(userAgent.prefix(512)), address,
                ])
        }
    }

    /// Uses a refresh token up and puts its successor in its place, in one transaction.
    /// - Parameters:
    ///   - now: the store's clock when nil.
    ///   - expiresAt: of the successor; nil: when its predecessor would have expired.
    package func rotateSession(
        tokenHash: Data, newTokenHash: Data, now date: Date? = nil, expiresAt: Date? = nil
    ) async throws -> RotationResult {
        let now = (date ?? now()).stored
        return try await write { db in
            guard let row = try Self.sessionRow(db, tokenHash: tokenHash) else { return .unknown }
            let user = try User(row: row)
            let family: String = try row.value("family")
            if try row.optional("used_at", as: String.self) != nil {
                try Self.revoke(db, where: "family = ?", [family], at: now)
                return .reused(user)
            }
            guard try row.optional("revoked_at", as: String.self) == nil else { return .unknown }
            let expiry: String = try row.value("expires_at")
            guard expiry > now else { return .expired }
            try db.execute(
                sql: """
                    INSERT INTO sessions (user_id, family, token_hash, created_at, expires_at, user_agent, address)
                    SELECT user_id, family, ?, ?, ?, user_agent, address FROM sessions WHERE token_hash = ?
                    """,
                arguments: [newTokenHash, now, expiresAt?.stored ?? expiry, tokenHash])
            try db.execute(sql: "UPDATE sessions SET used_at = ? WHERE token_hash = ?", arguments: [now, tokenHash])
            return .rotated(user)
        }
    }

    /// The family of a refresh token that is still good, and whose it is; nothing is used up.
    package func session(tokenHash: Data) async throws -> (user: User, family: String)? {
        let now = now().stored
        return try await read { db in
            guard let row = try Self.sessionRow(db, tokenHash: tokenHash) else { return nil }
            guard try row.optional("used_at", as: String.self) == nil,
                try row.optional("revoked_at", as: String.self) == nil,
                try row.value("expires_at", as: String.self) > now
            else { return nil }
            return (try User(row: row), try row.value("family"))
        }
    }

    /// Signing out.
    /// - Returns: whose family it was; nil when nobody has that token.
    @discardableResult
    package func revokeFamily(of tokenHash: Data) async throws -> User? {
        let now = now().stored
        return try await write { db in
            guard let row = try Self.sessionRow(db, tokenHash: tokenHash) else { return nil }
            try Self.revoke(db, where: "family = ?", [try row.value("family", as: String.self)], at: now)
            return try User(row: row)
        }
    }

    /// Ends all sessions of a user, but for one family.
    package func revokeSessions(of user: User.ID, except family: String? = nil) async throws {
        let now = now().stored
        try await write { db in
            try Self.revoke(db, where: "user_id = ? AND family IS NOT ?", [user, family], at: now)
        }
    }

    /// Forgets expired sessions.
    package func pruneSessions() async throws {
        let now = now().stored
        try await write { try $0.execute(sql: "DELETE FROM sessions WHERE expires_at <= ?", arguments: [now]) }
    }

    // MARK: - Private

    private static func sessionRow(_ db: Database, tokenHash: Data) throws -> Row? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT users.id, users.username, users.role, users.created_at,
                       family, expires_at, used_at, revoked_at
                FROM sessions JOIN users ON users.id = user_id WHERE token_hash = ?
                """,
            arguments: [tokenHash])
    }

    private static func revoke(
        _ db: Database, where condition: String, _ arguments: StatementArguments, at now: String
    ) throws {
        try db.execute(
            sql: "UPDATE sessions SET revoked_at = ? WHERE revoked_at IS NULL AND \(condition)",
            arguments: [now] + arguments)
    }
}
