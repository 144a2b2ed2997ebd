import Core
package import Deploy
import Hummingbird
package import Store

/// A project's environment and domains.
package struct ConfigurationRoutes: RouteGroup {
    private let store: Store
    private let deployer: Deployer
    private let views: ProjectViews
    private let addresses: SiteAddresses
    private let audit: AuditTrail

    package init(
        store: Store, deployer: Deployer, views: ProjectViews, addresses: SiteAddresses, audit: AuditTrail
    ) {
        self.store = store
        self.deployer = deployer
        self.views = views
        self.addresses = addresses
        self.audit = audit
    }

    package func register(in table: inout RouteTable) {
        table.get("/api/project/:id/env", .project(.read)) { _, context in try await environment(context) }
        table.patch("/api/project/:id/env", .project(.change)) { request, context in
            try await changeEnvironment(request, context)
        }
        table.get("/api/project/:id/domains", .project(.read)) { _, context in
            try .json(DomainList(domains: try await views.domains(of: try context.project())))
        }
        table.post("/api/project/:id/domains", .project(.change)) { request, context in
            try await addDomain(request, context)
        }
        table.delete("/api/project/:id/domains/:host", .project(.change)) { _, context in
            try await removeDomain(context)
        }
    }

    // MARK: - Private

    private func environment(_ context: APIContext) async throws -> Response {
        let project = try context.project()
        var variables = try await store.environment(of: project.id)
        let caller = try context.signedIn()
        if !caller.mayChange(project) || caller.isReadOnly {
            variables = variables.map { EnvironmentVariable(name: $0.name, value: nil) }
        }
        return try .json(EnvironmentList(variables: variables))
    }

    private func changeEnvironment(_ request: Request, _ context: APIContext) async throws -> Response {
        let project = try context.project()
        let change = try await request.json(EnvironmentChange.self, limit: 1024 * 1024)
        let set = change.set ?? []
        for variable in set {
            try variable.validate()
            guard variable.value != nil else {
                throw NodePilotError.invalid(
                    "set.\(variable.name)", "has no value", hint: "Name it in “unset” instead.")
            }
        }
        let unset = change.unset ?? []
        for name in unset { try EnvironmentVariable(name: name, value: nil).validate() }
        let variables = try await store.changeEnvironment(of: project.id, set: set, unset: unset)
        let names = set.map(\.name) + unset.map { "-\($0)" }
        try await audit.record(
            "project.env", project.name.rawValue, detail: names.joined(separator: ", "), by: context)
        return try .json(EnvironmentList(variables: variables))
    }

    private func addDomain(_ request: Request, _ context: APIContext) async throws -> Response {
        let project = try context.project()
        let host = try HostName(try await request.json(AddDomainRequest.self).host)
        try requireOutside(host)
        let domain = try await store.addDomain(project: project.id, host: host)
        try await audit.record("project.domain.add", project.name.rawValue, detail: host.rawValue, by: context)
        await deployer.settingsChanged(of: project.id)
        let view = DomainView(
            host: host, isDefault: false, address: addresses.address(of: host), createdAt: domain.createdAt)
        return try .json(view, status: .created)
    }

    private func removeDomain(_ context: APIContext) async throws -> Response {
        let project = try context.project()
        let host = try HostName(try context.parameter("host"))
        try await store.removeDomain(project: project.id, host: host)
        try await audit.record("project.domain.remove", project.name.rawValue, detail: host.rawValue, by: context)
        await deployer.settingsChanged(of: project.id)
        return Response.nothing
    }

    /// The dashboard's own host, and the hosts below it that other projects get by their names, are not to be had.
    private func requireOutside(_ host: HostName) throws(NodePilotError) {
        let own = addresses.domain.rawValue
        guard host.rawValue != own, host.rawValue != "localhost", !host.rawValue.hasSuffix(".\(own)") else {
            throw .invalid(
                "host", "belongs to NodePilot itself",
                hint: "Names below \(own) are given to projects by their names. Add a domain of your own.")
        }
    }
}
