import Core
import HTTPTypes
package import HummingbirdCore

/// A part of the API: `register` names each route with its policy and its handler.
///
///     struct ProjectRoutes: RouteGroup {
///         func register(in table: inout RouteTable) {
///             table.get("/api/project/:id", .project(.read)) { request, context in
///                 try .json(view(of: try context.project()))
///             }
///         }
///     }
///
/// A handler throws `NodePilotError`; it reads its body with `request.json(Body.self)`, its path with
/// `context.parameter("user")`, and records what it changed with `AuditTrail.record`.
package protocol RouteGroup: Sendable {
    func register(in table: inout RouteTable)
}

/// All routes with their policies, as a value.
package struct RouteTable: Sendable {
    package typealias Handler = @Sendable (Request, APIContext) async throws -> Response

    struct Entry: Sendable {
        let description: RouteDescription
        let handler: Handler
    }

    private(set) var entries: [Entry] = []

    package init(_ groups: [any RouteGroup] = []) {
        for group in groups { group.register(in: &self) }
    }

    package var descriptions: [RouteDescription] { entries.map(\.description) }

    package mutating func get(_ path: String, _ policy: Policy, _ handler: @escaping Handler) {
        add(.get, path, policy, changes: false, handler)
    }

    /// - Parameter changes: false for the few that change nothing, which tokens of scope `read` may use too.
    package mutating func post(
        _ path: String, _ policy: Policy, changes: Bool = true, _ handler: @escaping Handler
    ) {
        add(.post, path, policy, changes: changes, handler)
    }

    package mutating func patch(_ path: String, _ policy: Policy, _ handler: @escaping Handler) {
        add(.patch, path, policy, changes: true, handler)
    }

    package mutating func delete(_ path: String, _ policy: Policy, _ handler: @escaping Handler) {
        add(.delete, path, policy, changes: true, handler)
    }

    /// The same routes with the same policies, but other handlers: for tests of the policies alone.
    func replacingHandlers(_ handler: @escaping Handler) -> RouteTable {
        var table = RouteTable()
        table.entries = entries.map { Entry(description: $0.description, handler: handler) }
        return table
    }

    // MARK: - Private

    private mutating func add(
        _ method: HTTPRequest.Method, _ path: String, _ policy: Policy, changes: Bool, _ handler: @escaping Handler
    ) {
        if case .project = policy { precondition(path.contains("/:id"), "a project's policy needs :id in \(path)") }
        let concernsAccounts = ["/api/users", "/api/tokens", "/api/auth/change-password"].contains(
            where: path.hasPrefix)
        entries.append(
            Entry(
                description: RouteDescription(
                    method: method, path: path, policy: policy, changes: changes, concernsAccounts: concernsAccounts),
                handler: handler))
    }
}
