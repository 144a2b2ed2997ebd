import Core
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import Store

/// One's own tokens for programs.
struct TokenRoutes: RouteGroup {
    private static let secretLength = 40

    let services: APIServices

    func register(in table: inout RouteTable) {
        table.get("/api/tokens", .person) { [services] _, context in
            try .json(TokenList(tokens: try await services.store.apiTokens(of: try Self.owner(context).id)))
        }
        table.post("/api/tokens", .person, create)
        table.delete("/api/tokens/:token", .person, remove)
    }

    // MARK: - Private

    private static func owner(_ context: APIContext) throws(NodePilotError) -> User {
        let caller = try context.signedIn()
        guard !caller.isLocal else { throw .noAccount }
        return caller.user
    }

    @Sendable private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let owner = try Self.owner(context)
        let body = try await request.json(CreateTokenRequest.self)
        let secret = Authenticator.apiTokenPrefix + Secret.word(Self.secretLength)
        var token = try await services.store.createAPIToken(
            user: owner.id, name: body.name, scope: body.scope, hash: Secret.hash(secret),
            prefix: String(secret.prefix(7)), expiresAt: try Self.expiry(body.expiresInDays))
        token.token = secret
        try await services.audit.record(
            "token.create", token.name, detail: "scope \(token.scope.rawValue)", by: context)
        return try .json(token, status: .created)
    }

    private static func expiry(_ days: Int?) throws(NodePilotError) -> Date? {
        guard let days else { return nil }
        guard (1...3650).contains(days) else {
            throw .invalid(
                "expires_in_days", "must be from 1 to 3650", hint: "Leave it out for a token without an end.")
        }
        return Date().addingTimeInterval(Double(days) * 86400)
    }

    @Sendable private func remove(_ request: Request, _ context: APIContext) async throws -> Response {
        let owner = try Self.owner(context)
        let wanted = try context.parameter("token")
        let tokens = try await services.store.apiTokens(of: owner.id)
        guard let token = tokens.first(where: { String($0.id) == wanted }) ?? tokens.first(where: { $0.name == wanted })
        else { throw NodePilotError.notFound("The token") }
        try await services.store.removeAPIToken(id: token.id, of: owner.id)
        services.watch.endStreams(ofToken: token.id)
        try await services.audit.record("token.remove", token.name, by: context)
        return .nothing
    }
}
