import Core
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import Store

/// Signed-in browsers: a refresh token in a cookie, and the access tokens that it buys.
struct Sessions: Sendable {
    static let cookieName = "__Host-nodepilot_refresh"
    private static let lifetime: Double = 30 * 24 * 3600

    let store: Store
    let tokens: AccessTokens
    let revocations: Revocations
    let clocks: Clocks

    /// Signs a user in.
    func begin(for user: User, request: Request, context: APIContext) async throws -> Response {
        let refresh = Secret.word(43)
        let family = Secret.word(22)
        try await store.createSession(
            user: user.id, tokenHash: Secret.hash(refresh), family: family, expiresAt: expiry,
            userAgent: request.headers[.userAgent] ?? "", address: context.address)
        return try await answer(user, session: family, refresh: refresh)
    }

    /// Takes the cookie's token for a new one.
    /// - Throws: `.unauthenticated`; a token that was used before ends all its family.
    func refresh(_ request: Request) async throws -> (response: Response, user: User) {
        guard let old = Self.cookie(of: request) else { throw NodePilotError.notSignedIn }
        let refresh = Secret.word(43)
        let hash = Secret.hash(refresh)
        switch try await store.rotateSession(tokenHash: Secret.hash(old), newTokenHash: hash, expiresAt: expiry) {
        case .rotated(let user):
            guard let session = try await store.session(tokenHash: hash) else { throw NodePilotError.notSignedIn }
            return (try await answer(user, session: session.family, refresh: refresh), user)
        case .reused(let user):
            // Which access tokens the thief got is not known; the other sessions' refresh tokens buy new ones.
            try await revocations.endSessions(of: user.id)
            throw RefreshReuse(user: user)
        case .unknown, .expired:
            throw NodePilotError(.unauthenticated, "The session has ended.", hint: "Sign in again.")
        }
    }

    /// - Returns: who signed out; nil when the cookie was good for nothing.
    func end(_ request: Request) async throws -> User? {
        guard let token = Self.cookie(of: request) else { return nil }
        let hash = Secret.hash(token)
        let session = try await store.session(tokenHash: hash)
        let user = try await store.revokeFamily(of: hash)
        if let session { try await revocations.end(session: session.family, of: session.user.id) }
        return user
    }

    static var clearedCookie: String { "\(cookieName)=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict" }

    // MARK: - Private

    private var expiry: Date { clocks.date().addingTimeInterval(Self.lifetime) }

    private func answer(_ user: User, session: String, refresh: String) async throws -> Response {
        var response = try Response.json(try await tokens.issue(to: user, session: session))
        response.headers[.setCookie] =
            "\(Self.cookieName)=\(refresh); Path=/; Max-Age=\(Int(Self.lifetime)); Secure; HttpOnly; SameSite=Strict"
        return response
    }

    private static func cookie(of request: Request) -> String? {
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == cookieName else { continue }
                let value = parts[1].prefix { $0 != " " }
                return value.utf8.count <= 128 ? String(value) : nil
            }
        }
        return nil
    }
}

/// A refresh token came a second time: somebody else has a copy of it.
struct RefreshReuse: Error {
    let user: User
}
