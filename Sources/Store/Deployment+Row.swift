internal import Core
internal import GRDB

extension Deployment {
    /// Newest first, with their steps: two queries, however many there are.
    static func fetchAll(
        _ db: Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [Deployment] {
        var deployments = try Row.fetchAll(
            db,
            sql: """
                SELECT deployments.*, projects.name AS project_name
                FROM deployments JOIN projects ON projects.id = project_id
                WHERE \(condition) ORDER BY deployments.id DESC
                """,
            arguments: arguments
        ).map(Deployment.init(row:))
        let steps = try DeploymentStep.fetchAll(db, of: deployments.map(\.id))
        for index in deployments.indices { deployments[index].steps = steps[deployments[index].id] ?? [] }
        return deployments
    }

    static func require(_ db: Database, id: ID) throws -> Deployment {
        guard let deployment = try fetchAll(db, where: "deployments.id = ?", [id]).first else {
            throw NodePilotError.notFound("The deployment")
        }
        return deployment
    }

    private init(row: Row) throws {
        self.init(
            id: try row.value("id"), projectID: try row.value("project_id"),
            projectName: try row.checked("project_name") { try ProjectName($0) }, kind: try row.word("kind"),
            version: try row.optional("version"), status: try row.word("status"),
            deployedAt: try row.date("deployed_at"), finishedAt: try row.optionalDate("finished_at"),
            startedBy: try row.value("started_by"), notes: try row.value("notes"),
            failure: try DeploymentFailure(row: row))
    }
}

extension DeploymentStep {
    /// The steps of each deployment, in the order in which they are done.
    fileprivate static func fetchAll(
        _ db: Database, of ids: [Deployment.ID]
    ) throws -> [Deployment.ID: [DeploymentStep]] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM deployment_steps WHERE deployment_id IN (SELECT value FROM json_each(?))",
            arguments: [try storedJSON(ids)])
        var steps: [Deployment.ID: [DeploymentStep]] = [:]
        for row in rows {
            steps[try row.value("deployment_id"), default: []].append(try DeploymentStep(row: row))
        }
        let order = Dictionary(uniqueKeysWithValues: Name.allCases.enumerated().map { ($1, $0) })
        return steps.mapValues { $0.sorted { (order[$0.name] ?? 0) < (order[$1.name] ?? 0) } }
    }

    private init(row: Row) throws {
        self.init(
            name: try row.word("name"), status: try row.word("status"), startedAt: try row.date("started_at"),
            durationMs: try row.optional("duration_ms"), detail: try row.value("detail"))
    }
}

extension DeploymentFailure {
    fileprivate init?(row: Row) throws {
        guard let message: String = try row.optional("failure_message") else { return nil }
        self.init(
            step: try row.word("failure_step"), code: try row.word("failure_code"), message: message,
            hint: try row.optional("failure_hint"))
    }
}
