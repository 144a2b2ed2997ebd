import Core
import HummingbirdCore
import Store

/// The first administrator.
struct SetupRoutes: RouteGroup {
    let services: APIServices

    func register(in table: inout RouteTable) {
        table.get("/api/setup", .anyone) { [services] _, _ in
            try .json(SetupStatus(needed: !(try await services.store.hasUsers())))
        }
        table.post("/api/setup", .anyone, setUp)
    }

    // MARK: - Private

    @Sendable private func setUp(_ request: Request, _ context: APIContext) async throws -> Response {
        let body = try await request.json(SetupRequest.self, limit: Request.anonymousLimit)
        try services.limits.admitLogin(name: "set-up", address: context.address)
        guard await services.setupCode.matches(body.code) else {
            throw NodePilotError(
                .forbidden, "That is not the code of this server.",
                hint: "The server printed it when it started, and keeps it in the file setup-code of its data folder.",
                fields: [.init(name: "code", problem: "is not right")])
        }
        try User.validate(username: body.username)
        try User.validate(password: body.password)
        let hash = try await services.hasher.hash(body.password)
        let user = try await services.store.createFirstAdministrator(username: body.username, passwordHash: hash)
        try await services.setupCode.retire()
        try await services.audit.record("setup", user.username, actor: user.username, by: context)
        return try await services.sessions.begin(for: user, request: request, context: context)
    }
}
