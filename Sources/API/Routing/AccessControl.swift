import Core
import HTTPTypes
import HummingbirdCore
import Store

/// The one place where policies are enforced: every route of the table goes through `admit`.
struct AccessControl: Sendable {
    let store: Store
    let authenticator: Authenticator
    let limits: RateLimits
    let watch: AccessWatch

    /// - Returns: the context with its caller and, for project routes, its project.
    /// - Throws: `.unauthenticated`, `.forbidden`, `.notFound`, `.rateLimited`.
    func admit(_ request: Request, _ context: APIContext, to route: RouteDescription) async throws -> APIContext {
        var context = context
        if route.policy == .anyone {
            if case .stranger = context.door { throw NodePilotError.stranger }
            if route.changes { try authenticator.origins.checkIfPresent(of: request) }
            return context
        }
        let caller = try await authenticator.caller(of: request, context)
        try limits.admitRequest(caller)
        try Self.checkScope(of: caller, on: route)
        if case .project(let access) = route.policy {
            context.requestedProject = try await project(context.parameter("id"), for: caller, access)
        }
        guard route.policy.admits(caller.role) else { throw Self.forbidden(caller.role) }
        context.caller = caller
        context.watch = watch
        return context
    }

    // MARK: - Private

    private static func checkScope(of caller: Caller, on route: RouteDescription) throws(NodePilotError) {
        guard case .apiToken(_, _, let scope) = caller.means, scope != .full else { return }
        let isAllowed = !(scope == .read && route.changes) && route.policy != .person && !route.concernsAccounts
        guard isAllowed else {
            throw NodePilotError(
                .forbidden, "The scope “\(scope.rawValue)” of this token does not allow that.",
                hint: "Use a token with a wider scope.")
        }
    }

    /// By number or name. What the caller may not read does not exist for them.
    private func project(
        _ id: String, for caller: Caller, _ access: Policy.ProjectAccess
    ) async throws -> Project {
        let missing = NodePilotError(
            .notFound, "There is no project “\(id.prefix(64))”.",
            hint: "`nodepilot projects` lists those that you may see.")
        guard let project = try await lookUp(id), caller.mayRead(project) else { throw missing }
        guard access == .read || caller.mayChange(project) else { throw Self.forbidden(caller.role) }
        return project
    }

    private func lookUp(_ id: String) async throws -> Project? {
        if let number = Project.ID(id) { return try await store.project(id: number) }
        // What is no name names no project.
        guard let name = try? ProjectName(id) else { return nil }
        return try await store.project(named: name)
    }

    private static func forbidden(_ role: Role) -> NodePilotError {
        NodePilotError(
            .forbidden, "The role “\(role.rawValue)” does not allow that.", hint: "Ask an administrator of this server."
        )
    }
}
