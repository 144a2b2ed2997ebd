import Core
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import Store

/// Finds out who makes a request. Whatever a token says, the user's row as it is now decides what they may do.
struct Authenticator: Sendable {
    static let apiTokenPrefix = "np_"

    let store: Store
    let tokens: AccessTokens
    let tickets: TicketOffice
    let revocations: Revocations
    let origins: Origins

    /// - Throws: `.unauthenticated`, `.forbidden`.
    func caller(of request: Request, _ context: APIContext) async throws -> Caller {
        switch context.door {
        case .local(let uid): return Self.administrator(uid)
        case .stranger: throw NodePilotError.stranger
        case .edge: break
        }
        if context.upgrade != nil, let ticket = request.uri.queryParameters["ticket"] {
            try origins.require(of: request)
            return try await redeem(String(ticket))
        }
        try origins.checkIfPresent(of: request)
        guard let token = try Self.bearer(of: request) else { throw NodePilotError.notSignedIn }
        return token.hasPrefix(Self.apiTokenPrefix) ? try await program(token) : try await person(token)
    }

    // MARK: - Private

    private static func administrator(_ uid: UInt32) -> Caller {
        let user = User(id: 0, username: "local:\(uid)", role: .admin, createdAt: Date(timeIntervalSince1970: 0))
        return Caller(user: user, means: .local(uid: uid))
    }

    /// RFC 6750 section 2.1.
    private static func bearer(of request: Request) throws(NodePilotError) -> String? {
        let headers = request.headers[values: .authorization]
        guard let header = headers.first else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard headers.count == 1, parts.count == 2, parts[0].lowercased() == "bearer" else { throw .badToken }
        return String(parts[1])
    }

    private func redeem(_ ticket: String) async throws -> Caller {
        guard let (id, means) = tickets.redeem(ticket), let user = try await store.user(id: id) else {
            throw NodePilotError(
                .unauthenticated, "The ticket is unknown, used or older than 30 seconds.", hint: "Ask for a new one.")
        }
        return Caller(user: user, means: means)
    }

    private func person(_ token: String) async throws -> Caller {
        let claims = try await tokens.verify(token)
        guard await !revocations.isRevoked(claims), let user = try await store.user(id: claims.user) else {
            throw NodePilotError.badToken
        }
        return Caller(user: user, means: .session(claims.session))
    }

    private func program(_ token: String) async throws -> Caller {
        guard token.utf8.count <= 64, let found = try await store.apiToken(hash: Secret.hash(token)) else {
            throw NodePilotError.badToken
        }
        try await store.touchAPIToken(id: found.token.id)
        return Caller(
            user: found.user,
            means: .apiToken(id: found.token.id, name: found.token.name, scope: found.token.scope))
    }
}

extension NodePilotError {
    static var stranger: NodePilotError {
        NodePilotError(
            .forbidden, "This socket is for root and the owner of the data folder only.",
            hint: "Use sudo, or sign in with `nodepilot login`.")
    }
}
