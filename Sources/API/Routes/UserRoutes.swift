import Core
import HTTPTypes
import HummingbirdCore
import Store

/// The people of this server.
struct UserRoutes: RouteGroup {
    let services: APIServices

    func register(in table: inout RouteTable) {
        table.get("/api/users", .administrator) { [services] _, _ in
            try .json(UserList(users: try await services.store.users()))
        }
        table.post("/api/users", .administrator, create)
        table.patch("/api/users/:user", .administrator, update)
        table.delete("/api/users/:user", .administrator, remove)
    }

    // MARK: - Private

    @Sendable private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let body = try await request.json(CreateUserRequest.self)
        try User.validate(username: body.username)
        try User.validate(password: body.password)
        let hash = try await services.hasher.hash(body.password)
        let user = try await services.store.createUser(username: body.username, role: body.role, passwordHash: hash)
        // With the first user, made on this machine, the code has served its time.
        if await services.setupCode.current() != nil { try await services.setupCode.retire() }
        try await services.audit.record("user.create", user.username, detail: "role \(user.role.rawValue)", by: context)
        return try .json(user, status: .created)
    }

    @Sendable private func update(_ request: Request, _ context: APIContext) async throws -> Response {
        let body = try await request.json(UpdateUserRequest.self)
        var user = try await user(of: context)
        var hash: String?
        if let password = body.password {
            try User.validate(password: password)
            hash = try await services.hasher.hash(password)
        }
        if let role = body.role, role != user.role {
            user = try await services.store.setRole(user: user.id, role: role)
            services.watch.endStreams(of: user.id)
            try await services.audit.record("user.role", user.username, detail: "role \(role.rawValue)", by: context)
        }
        if let hash {
            try await services.store.setPasswordHash(user: user.id, hash: hash)
            try await services.store.revokeSessions(of: user.id)
            try await services.revocations.endSessions(of: user.id)
            try await services.audit.record("user.password", user.username, by: context)
        }
        return try .json(user)
    }

    @Sendable private func remove(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try context.signedIn()
        let user = try await user(of: context)
        try await services.store.removeUser(user.id, projectsTo: caller.isLocal ? nil : caller.user.id)
        services.watch.endStreams(of: user.id)
        try await services.audit.record("user.remove", user.username, by: context)
        return .nothing
    }

    /// The user of the path, by number or name.
    private func user(of context: APIContext) async throws -> User {
        let wanted = try context.parameter("user")
        if let id = User.ID(wanted), let user = try await services.store.user(id: id) { return user }
        guard let user = try await services.store.user(named: wanted) else { throw NodePilotError.notFound("The user") }
        return user
    }
}
