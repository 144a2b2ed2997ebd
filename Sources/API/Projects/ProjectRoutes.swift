import Core
package import Deploy
import FoundationEssentials
import Hummingbird
package import Store

/// Projects themselves: list, look, create, change, remove, start and stop.
package struct ProjectRoutes: RouteGroup {
    private let store: Store
    private let deployer: Deployer
    private let views: ProjectViews
    private let uploads: UploadSpool
    private let audit: AuditTrail

    package init(store: Store, deployer: Deployer, views: ProjectViews, uploads: UploadSpool, audit: AuditTrail) {
        self.store = store
        self.deployer = deployer
        self.views = views
        self.uploads = uploads
        self.audit = audit
    }

    package func register(in table: inout RouteTable) {
        table.get("/api/project/list", .signedIn) { _, context in try await list(context) }
        table.post("/api/project/create", .creator) { request, context in try await create(request, context) }
        table.get("/api/project/:id", .project(.read)) { _, context in
            try .json(try await views.view(of: try context.project()))
        }
        table.patch("/api/project/:id", .project(.change)) { request, context in try await update(request, context) }
        table.delete("/api/project/:id", .project(.change)) { _, context in try await delete(context) }
        table.post("/api/project/:id/start", .project(.change)) { _, context in
            try await operate("start", context) { try await deployer.start($0) }
        }
        table.post("/api/project/:id/stop", .project(.change)) { _, context in
            try await operate("stop", context) { try await deployer.stop($0) }
        }
        table.post("/api/project/:id/restart", .project(.change)) { _, context in
            try await operate("restart", context) { try await deployer.restart($0) }
        }
        table.post("/api/project/:id/deploy", .project(.change)) { request, context in
            try await deploy(request, context)
        }
        table.post("/api/project/:id/rollback", .project(.change)) { request, context in
            try await rollback(request, context)
        }
    }

    // MARK: - Private

    private func list(_ context: APIContext) async throws -> Response {
        let caller = try context.signedIn()
        let projects = try await store.projects().filter { caller.mayRead($0) }
        return try .json(ProjectList(projects: try await views.views(of: projects)))
    }

    private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let owner = try await owner(try context.signedIn())
        let (form, upload) = try await receive(
            request, fieldLimits: ["env_vars": 1_000_000], fields: ProjectForm.creationFields)
        let new: ProjectRequest
        do {
            new = try ProjectForm(form.fields).request()
        } catch {
            form.file?.remove()
            throw error
        }
        let deployment = try await deployer.create(
            new, upload: upload, owner: owner, by: try context.signedIn().name)
        try await audit.record("project.create", new.name.rawValue, by: context)
        guard let project = try await store.project(named: new.name) else {
            throw NodePilotError.notFound("The project")
        }
        return try .json(
            DeploymentAccepted(project: try await views.view(of: project), deployment: deployment), status: .created)
    }

    private func deploy(_ request: Request, _ context: APIContext) async throws -> Response {
        let project = try context.project()
        let (_, upload) = try await receive(request, fieldLimits: [:], fields: ["file"])
        let deployment = try await deployer.deploy(upload, to: project, by: try context.signedIn().name)
        try await audit.record("project.deploy", project.name.rawValue, by: context)
        return try await accepted(deployment, project)
    }

    private func rollback(_ request: Request, _ context: APIContext) async throws -> Response {
        let project = try context.project()
        let wanted = try await request.jsonIfPresent(RollbackRequest.self)?.version
        let deployment = try await deployer.rollback(project, to: wanted, by: try context.signedIn().name)
        let detail = deployment.version.map { "to release \($0)" } ?? ""
        try await audit.record("project.rollback", project.name.rawValue, detail: detail, by: context)
        return try await accepted(deployment, project)
    }

    private func accepted(_ deployment: Deployment, _ project: Project) async throws -> Response {
        try .json(
            DeploymentAccepted(project: try await views.view(of: try await fresh(project)), deployment: deployment),
            status: .accepted)
    }

    private func update(_ request: Request, _ context: APIContext) async throws -> Response {
        let project = try context.project()
        let change = try await request.json(UpdateProjectRequest.self)
        let updated = try await store.updateProject(project.id) { try change.apply(to: &$0) }
        try await audit.record("project.update", project.name.rawValue, by: context)
        await deployer.settingsChanged(of: project.id)
        return try .json(try await views.view(of: updated))
    }

    private func delete(_ context: APIContext) async throws -> Response {
        let project = try context.project()
        try await deployer.delete(project)
        try await audit.record("project.delete", project.name.rawValue, by: context)
        return Response.nothing
    }

    private func operate(
        _ what: String, _ context: APIContext, _ body: (Project) async throws -> Void
    ) async throws -> Response {
        let project = try context.project()
        try await audit.record("project.\(what)", project.name.rawValue, by: context)
        try await body(project)
        return try .json(try await views.view(of: try await fresh(project)))
    }

    private func fresh(_ project: Project) async throws -> Project {
        guard let now = try await store.project(id: project.id) else { throw NodePilotError.notFound("The project") }
        return now
    }

    /// The form's file as the deployer wants it.
    private func receive(
        _ request: Request, fieldLimits: [String: Int], fields known: Set<String>
    ) async throws -> (ReceivedForm, Upload) {
        let startedAt = Date()
        let began = ContinuousClock.now
        let form = try await uploads.receive(request, fieldLimits: fieldLimits)
        do {
            if let unknown = form.fields.keys.sorted().first(where: { !known.contains($0) }) {
                throw NodePilotError.invalid(unknown, "is not a field of this form")
            }
            guard let file = form.file else {
                throw NodePilotError.invalid("file", "is missing", hint: "Send the archive in the field “file”.")
            }
            let upload = Upload(
                path: file.path, sizeBytes: file.sizeBytes, startedAt: startedAt, received: .now - began)
            return (form, upload)
        } catch {
            form.file?.remove()
            throw error
        }
    }

    /// The server's own CLI is nobody with a row: what it makes belongs to the first administrator.
    private func owner(_ caller: Caller) async throws -> User.ID {
        guard caller.isLocal else { return caller.user.id }
        guard let first = try await store.users().filter({ $0.role == .admin }).min(by: { $0.id < $1.id }) else {
            throw NodePilotError(
                .conflict, "There is no administrator yet to own the project.",
                hint: "Make one first: nodepilot admin users add NAME --role admin")
        }
        return first.id
    }
}
