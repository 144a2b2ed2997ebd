package import Core
import FoundationEssentials
import HTTPTypes
import Hummingbird
package import Store

/// A project's deployments and their logs.
package struct DeploymentRoutes: RouteGroup {
    private let store: Store
    private let hub: EventHub

    package init(store: Store, hub: EventHub) {
        self.store = store
        self.hub = hub
    }

    package func register(in table: inout RouteTable) {
        table.get("/api/project/:id/deployments", .project(.read)) { _, context in
            let project = try context.project()
            return try .json(
                DeploymentList(
                    deployments: try await store.deployments(of: project.id),
                    keptReleases: try await store.releases(of: project.id).map(\.number)))
        }
        table.get("/api/project/:id/deployments/:deployment", .project(.read)) { _, context in
            try .json(try await deployment(context))
        }
        table.get("/api/project/:id/deployments/:deployment/log", .project(.read)) { request, context in
            let deployment = try await deployment(context)
            guard request.headers[.accept]?.contains("text/event-stream") == true else {
                return try .json(DeploymentLog(lines: try await store.deploymentLog(id: deployment.id)))
            }
            return try .events(context) { try await follow(deployment, into: $0) }
        }
    }

    // MARK: - Private

    private func deployment(_ context: APIContext) async throws -> Deployment {
        let project = try context.project()
        guard let id = Int64(try context.parameter("deployment")),
            let deployment = try await store.deployment(id: id), deployment.projectID == project.id
        else { throw NodePilotError.notFound("The deployment") }
        return deployment
    }

    /// From the beginning to the end: what is recorded, then what happens. Every line is in the database before it is
    /// announced, so listening first and reading then misses nothing; numbers tell what came twice.
    private func follow(_ deployment: Deployment, into stream: EventStreamWriter) async throws {
        let id = deployment.id
        var teller = DeploymentTeller(stream: stream, store: store, id: id, project: deployment.projectID)
        while !Task.isCancelled, !hub.isFinished {
            let events = hub.subscribe(buffered: 4096)
            guard let recorded = try await store.deployment(id: id) else { return }
            try await teller.tell(recorded)
            try await teller.catchUp()
            if recorded.status.isFinal { return try await teller.end(recorded) }
            if try await teller.tell(events) { return }
        }
    }
}

/// Tells one reader of one deployment, each line once and each step when it changed.
private struct DeploymentTeller {
    let stream: EventStreamWriter
    let store: Store
    let id: Deployment.ID
    let project: Project.ID
    private var seq = 0
    private var told: [DeploymentStep] = []

    init(stream: EventStreamWriter, store: Store, id: Deployment.ID, project: Project.ID) {
        self.stream = stream
        self.store = store
        self.id = id
        self.project = project
    }

    /// - Returns: whether there is nothing more to tell; false when this reader fell behind and has to begin anew.
    mutating func tell(_ events: AsyncStream<Event>) async throws -> Bool {
        for await event in events {
            switch event {
            case .deployment(let deployment) where deployment.id == id:
                try await tell(deployment)
                guard deployment.status.isFinal else { continue }
                try await catchUp()
                try await end(deployment)
                return true
            case .deploymentLog(let line, _) where line.deploymentID == id: try await tell(line)
            case .projectDeleted(project, _, _): return true
            default: continue
            }
        }
        return false
    }

    mutating func tell(_ deployment: Deployment) async throws {
        for step in deployment.steps where !told.contains(step) && !isOver(step.name) {
            try await stream.send("step", step)
            told.removeAll { $0.name == step.name }
            told.append(step)
        }
    }

    /// An event that waited while the database was read may be older than what was read.
    private func isOver(_ name: DeploymentStep.Name) -> Bool {
        told.contains { $0.name == name && $0.status != .running }
    }

    mutating func tell(_ line: DeploymentLogLine) async throws {
        guard line.seq > seq else { return }
        if line.seq > seq + 1 { return try await catchUp() }
        try await stream.send("log", line)
        seq = line.seq
    }

    mutating func catchUp() async throws {
        for line in try await store.deploymentLog(id: id, after: seq) {
            try await stream.send("log", line)
            seq = line.seq
        }
    }

    func end(_ deployment: Deployment) async throws { try await stream.send("deployment", deployment) }
}
