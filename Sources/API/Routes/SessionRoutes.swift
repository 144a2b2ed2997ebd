import Core
import HTTPTypes
import HummingbirdCore
import Store

/// Signing in and out, and one's own password.
struct SessionRoutes: RouteGroup {
    let services: APIServices

    func register(in table: inout RouteTable) {
        table.post("/api/auth/login", .anyone, logIn)
        table.post("/api/auth/refresh", .anyone, refresh)
        table.post("/api/auth/logout", .anyone, logOut)
        table.get("/api/auth/verify", .signedIn) { _, context in
            try .json(VerifyResponse(user: try context.signedIn().user))
        }
        table.post("/api/auth/ticket", .signedIn, changes: false) { [services] _, context in
            try .json(services.tickets.issue(to: try context.signedIn()))
        }
        table.post("/api/auth/change-password", .person, changePassword)
    }

    // MARK: - Private

    @Sendable private func logIn(_ request: Request, _ context: APIContext) async throws -> Response {
        let body = try await request.json(LoginRequest.self, limit: Request.anonymousLimit)
        try services.limits.admitLogin(name: String(body.username.prefix(64)), address: context.address)
        guard let found = try await services.store.credentials(username: body.username) else {
            try await services.hasher.verifyAgainstNothing(body.password)
            throw try await failedLogin(nil, context)
        }
        guard try await services.hasher.verify(body.password, against: found.passwordHash) else {
            throw try await failedLogin(found.user, context)
        }
        try await services.audit.record("login", found.user.username, actor: found.user.username, by: context)
        return try await services.sessions.begin(for: found.user, request: request, context: context)
    }

    /// A name that nobody has is not recorded: people type passwords into the wrong field.
    private func failedLogin(_ user: User?, _ context: APIContext) async throws -> NodePilotError {
        if services.limits.mayAuditFailure() {
            try await services.audit.record("login.failed", user?.username ?? "(unknown name)", by: context)
        }
        return NodePilotError(.unauthenticated, "The name or the password is wrong.")
    }

    @Sendable private func refresh(_ request: Request, _ context: APIContext) async throws -> Response {
        try services.origins.require(of: request)
        do {
            return try await services.sessions.refresh(request).response
        } catch let reuse as RefreshReuse {
            try await services.audit.record(
                "session.reuse", reuse.user.username, detail: "A refresh token came twice; its session was ended.",
                by: context)
            throw NodePilotError(.unauthenticated, "The session has ended.", hint: "Sign in again.")
        }
    }

    @Sendable private func logOut(_ request: Request, _ context: APIContext) async throws -> Response {
        try services.origins.require(of: request)
        if let user = try await services.sessions.end(request) {
            try await services.audit.record("logout", user.username, actor: user.username, by: context)
        }
        var response = Response.nothing
        response.headers[.setCookie] = Sessions.clearedCookie
        return response
    }

    @Sendable private func changePassword(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try context.signedIn()
        guard !caller.isLocal else { throw NodePilotError.noAccount }
        let body = try await request.json(ChangePasswordRequest.self)
        try User.validate(password: body.newPassword, field: "new_password")
        try services.limits.admitLogin(name: caller.user.username, address: context.address)
        guard let found = try await services.store.credentials(username: caller.user.username),
            try await services.hasher.verify(body.currentPassword, against: found.passwordHash)
        else {
            throw NodePilotError(
                .forbidden, "The current password is wrong.",
                fields: [.init(name: "current_password", problem: "is wrong")])
        }
        let hash = try await services.hasher.hash(body.newPassword)
        try await services.store.setPasswordHash(user: caller.user.id, hash: hash)
        var current: String?
        if case .session(let session) = caller.means { current = session }
        try await services.store.revokeSessions(of: caller.user.id, except: current)
        try await services.revocations.endSessions(of: caller.user.id, except: current)
        try await services.audit.record("password.change", caller.user.username, by: context)
        return .nothing
    }
}

extension NodePilotError {
    /// The local administrator is nobody's row.
    static var noAccount: NodePilotError {
        NodePilotError(
            .unprocessable, "The local administrator has no password and no tokens.",
            hint: "Sign in as a user, or use `nodepilot admin users passwd NAME`.")
    }
}
