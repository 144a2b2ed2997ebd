package import FoundationEssentials

package struct LoginRequest: Codable, Sendable {
    package var username: String
    package var password: String

    package init(username: String, password: String) {
        self.username = username
        self.password = password
    }
}

package struct SetupStatus: Codable, Sendable {
    /// True until the first administrator exists.
    package var needed: Bool

    package init(needed: Bool) { self.needed = needed }
}

package struct SetupRequest: Codable, Sendable {
    /// The one-time code that the server printed.
    package var code: String
    package var username: String
    package var password: String

    package init(code: String, username: String, password: String) {
        self.code = code
        self.username = username
        self.password = password
    }
}

package struct ChangePasswordRequest: Codable, Sendable {
    package var currentPassword: String
    package var newPassword: String

    package init(currentPassword: String, newPassword: String) {
        self.currentPassword = currentPassword
        self.newPassword = newPassword
    }
}

/// The answer to login, set-up and refresh (RFC 6750 names).
package struct AccessToken: Codable, Sendable {
    package var accessToken: String
    /// Always `Bearer`.
    package var tokenType: String
    /// Seconds.
    package var expiresIn: Int
    package var user: User

    package init(accessToken: String, expiresIn: Int, user: User) {
        self.accessToken = accessToken
        tokenType = "Bearer"
        self.expiresIn = expiresIn
        self.user = user
    }
}

package struct VerifyResponse: Codable, Sendable {
    package var valid: Bool
    package var user: User

    package init(user: User) {
        valid = true
        self.user = user
    }
}

/// A one-use ticket that opens one WebSocket: `?ticket=…`.
package struct WebSocketTicket: Codable, Sendable {
    package var ticket: String
    /// Seconds.
    package var expiresIn: Int

    package init(ticket: String, expiresIn: Int) {
        self.ticket = ticket
        self.expiresIn = expiresIn
    }
}

/// A named token for programs. `token` is there only in the answer that creates it.
package struct APITokenView: Codable, Sendable, Identifiable {
    package var id: Int64
    package var name: String
    package var scope: APITokenScope
    package var createdAt: Date
    package var expiresAt: Date?
    package var lastUsedAt: Date?
    package var token: String?

    package init(
        id: Int64, name: String, scope: APITokenScope, createdAt: Date, expiresAt: Date?, lastUsedAt: Date?,
        token: String? = nil
    ) {
        self.id = id
        self.name = name
        self.scope = scope
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.token = token
    }
}

/// What a token may do of what its owner may do.
package enum APITokenScope: String, Codable, Sendable, CaseIterable {
    /// Everything its owner may, except to manage users, tokens and passwords.
    case deploy
    case read
    /// Everything its owner may.
    case full
}

package struct CreateTokenRequest: Codable, Sendable {
    package var name: String
    package var scope: APITokenScope
    /// Nil: until it is removed.
    package var expiresInDays: Int?

    package init(name: String, scope: APITokenScope, expiresInDays: Int?) {
        self.name = name
        self.scope = scope
        self.expiresInDays = expiresInDays
    }
}

package struct TokenList: Codable, Sendable {
    package var tokens: [APITokenView]
    package init(tokens: [APITokenView]) { self.tokens = tokens }
}

package struct CreateUserRequest: Codable, Sendable {
    package var username: String
    package var password: String
    package var role: Role

    package init(username: String, password: String, role: Role) {
        self.username = username
        self.password = password
        self.role = role
    }
}

/// Nil members stay as they are.
package struct UpdateUserRequest: Codable, Sendable {
    package var role: Role?
    package var password: String?

    package init(role: Role? = nil, password: String? = nil) {
        self.role = role
        self.password = password
    }
}

package struct UserList: Codable, Sendable {
    package var users: [User]
    package init(users: [User]) { self.users = users }
}

package struct AuditEntry: Codable, Hashable, Sendable, Identifiable {
    package var id: Int64
    package var at: Date
    /// The name of the person, `NAME (token TOKEN)`, or `local:UID` for the server's own CLI.
    package var actor: String
    /// `project.create`, `user.remove`, …
    package var action: String
    /// What it was done to: a project's, user's or token's name.
    package var subject: String
    /// More in words; never a secret.
    package var detail: String
    /// The client's IP address, or `local`.
    package var address: String

    package init(
        id: Int64, at: Date, actor: String, action: String, subject: String, detail: String, address: String
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.detail = detail
        self.address = address
    }
}

package struct AuditList: Codable, Sendable {
    package var entries: [AuditEntry]
    package init(entries: [AuditEntry]) { self.entries = entries }
}
