package import Core
package import Store
package import Supervisor

/// Puts together what people see of projects: rows, what is live, how it runs.
package struct ProjectViews: Sendable {
    private let store: Store
    private let supervisor: Supervisor
    private let deployer: Deployer
    private let addresses: SiteAddresses

    package init(store: Store, supervisor: Supervisor, deployer: Deployer, addresses: SiteAddresses) {
        self.store = store
        self.supervisor = supervisor
        self.deployer = deployer
        self.addresses = addresses
    }

    package func view(of project: Project) async throws -> ProjectView {
        let latest = try await store.latestDeployments(for: [project.id])
        return try await view(of: project, last: latest[project.id], owner: ownerName(project.ownerID))
    }

    /// By name.
    package func views(of projects: [Project]) async throws -> [ProjectView] {
        let latest = try await store.latestDeployments(for: projects.map(\.id))
        let owners = Dictionary(uniqueKeysWithValues: try await store.users().map { ($0.id, $0.username) })
        var views: [ProjectView] = []
        for project in projects.sorted(by: { $0.name.rawValue < $1.name.rawValue }) {
            views.append(
                try await view(of: project, last: latest[project.id], owner: owners[project.ownerID] ?? ""))
        }
        return views
    }

    package func domains(of project: Project) async throws -> [DomainView] {
        try await store.domains(of: project.id).map { domain in
            DomainView(
                host: domain.host, isDefault: domain.isDefault, address: addresses.address(of: domain.host),
                createdAt: domain.createdAt)
        }
    }

    // MARK: - Private

    private func view(of project: Project, last: Deployment?, owner: String) async throws -> ProjectView {
        let domains = try await domains(of: project)
        var release: Release?
        if let number = project.liveRelease {
            release = try await store.release(project: project.id, number: number)
        }
        let shown = domains.first { !$0.isDefault } ?? domains.first
        return ProjectView(
            project: project, owner: owner, address: shown?.address ?? "", domains: domains, release: release,
            instances: await supervisor.instances(of: project.id), lastDeployment: last,
            problem: await deployer.problem(of: project))
    }

    private func ownerName(_ id: User.ID) async throws -> String {
        try await store.user(id: id)?.username ?? ""
    }
}
