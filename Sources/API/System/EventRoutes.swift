package import Core
package import Deploy
import Hummingbird
package import Store

/// Everything that changes and that the caller may read, as one stream.
package struct EventRoutes: RouteGroup {
    private let store: Store
    private let views: ProjectViews
    private let hub: EventHub

    package init(store: Store, views: ProjectViews, hub: EventHub) {
        self.store = store
        self.views = views
        self.hub = hub
    }

    package func register(in table: inout RouteTable) {
        table.get("/api/events", .signedIn) { _, context in
            let caller = try context.signedIn()
            return try .events(context) { try await tell(caller, into: $0) }
        }
    }

    // MARK: - Private

    private struct Deleted: Encodable {
        let id: Project.ID
        let name: ProjectName
    }

    private struct Nothing: Encodable {}

    private func tell(_ caller: Caller, into stream: EventStreamWriter) async throws {
        for await event in hub.subscribe() {
            switch event {
            case .project(let id):
                guard let project = try await readable(id, caller) else { continue }
                try await stream.send("project", try await views.view(of: project))
            case .projectDeleted(let id, let name, let owner):
                guard caller.role != .user || caller.user.id == owner else { continue }
                try await stream.send("project_deleted", Deleted(id: id, name: name))
            case .deployment(let deployment):
                guard try await readable(deployment.projectID, caller) != nil else { continue }
                try await stream.send("deployment", deployment)
            case .deploymentLog(let line, let project):
                guard try await readable(project, caller) != nil else { continue }
                try await stream.send("deployment_log", line)
            case .metrics(let sample):
                try await stream.send("metrics", try await visible(sample, caller))
            }
        }
        try await stream.send("resync", Nothing())
    }

    private func readable(_ id: Project.ID, _ caller: Caller) async throws -> Project? {
        guard let project = try await store.project(id: id), caller.mayRead(project) else { return nil }
        return project
    }

    private func visible(_ sample: MetricsSample, _ caller: Caller) async throws -> MetricsSample {
        guard caller.role == .user else { return sample }
        let own = Set(try await store.projects(ownedBy: caller.user.id).map(\.id))
        var sample = sample
        sample.projects.removeAll { !own.contains($0.projectID) }
        return sample
    }
}
