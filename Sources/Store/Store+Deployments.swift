package import Core
internal import FoundationEssentials
internal import GRDB

extension Store {
    /// How many deployments of a project are remembered, with their logs.
    package static let keptDeployments = 100

    /// Records that a deployment begins, and forgets the oldest of the project beyond `keptDeployments`.
    /// - Throws: `.notFound` for the project.
    package func beginDeployment(
        project id: Project.ID, kind: Deployment.Kind, startedBy: String, status: Deployment.Status = .queued
    ) async throws -> Deployment {
        let now = now().stored
        return try await write { db in
            _ = try Project.require(db, id: id)
            try db.execute(
                sql: """
                    INSERT INTO deployments (project_id, kind, deployed_at, status, started_by)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [id, kind.rawValue, now, status.rawValue, startedBy])
            let deployment = try Deployment.require(db, id: db.lastInsertedRowID)
            try Self.forgetOldDeployments(db, of: id)
            return deployment
        }
    }

    /// A queued deployment goes to work, or its release has a number now. Nil members stay as they are.
    /// - Throws: `.notFound`, `.conflict` when it has finished.
    @discardableResult
    package func updateDeployment(
        id: Deployment.ID, status: Deployment.Status? = nil, version: Int? = nil
    ) async throws -> Deployment {
        try await write { db in
            let deployment = try Deployment.require(db, id: id)
            guard !deployment.status.isFinal else { throw Self.finished }
            try db.execute(
                sql: "UPDATE deployments SET status = ifnull(?, status), version = ifnull(?, version) WHERE id = ?",
                arguments: [status?.rawValue, version, id])
            return try Deployment.require(db, id: id)
        }
    }

    /// Records how a deployment ended. Steps that were still running ended with it, as failed.
    /// - Parameters:
    ///   - status: `.success` or `.failed`.
    ///   - version: nil keeps what is recorded.
    ///   - notes: one line.
    /// - Throws: `.notFound`; `.conflict` when it has finished before.
    @discardableResult
    package func finishDeployment(
        id: Deployment.ID, status: Deployment.Status, version: Int? = nil, notes: String,
        failure: DeploymentFailure? = nil
    ) async throws -> Deployment {
        let now = now()
        return try await write { db in
            let deployment = try Deployment.require(db, id: id)
            guard !deployment.status.isFinal else { throw Self.finished }
            return try Self.finish(
                db, deployment, status: status, version: version, notes: notes, failure: failure, at: now)
        }
    }

    package func deployment(id: Deployment.ID) async throws -> Deployment? {
        try await read { try Deployment.fetchAll($0, where: "deployments.id = ?", [id]).first }
    }

    /// Newest first.
    package func deployments(of id: Project.ID, limit: Int = Store.keptDeployments) async throws -> [Deployment] {
        try await read { db in
            try Deployment.fetchAll(
                db,
                where: """
                    deployments.id IN (SELECT id FROM deployments WHERE project_id = ? ORDER BY id DESC LIMIT ?)
                    """, [id, limit])
        }
    }

    /// The newest deployment of each of these projects that has one.
    package func latestDeployments(for ids: [Project.ID]) async throws -> [Project.ID: Deployment] {
        let list = try storedJSON(ids)
        return try await read { db in
            let latest = try Deployment.fetchAll(
                db,
                where: """
                    deployments.id IN (
                        SELECT (SELECT max(id) FROM deployments WHERE project_id = value) FROM json_each(?)
                    )
                    """, [list])
            return Dictionary(latest.map { ($0.projectID, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// At boot: no deployment outlives the daemon, so those that are queued or running have failed.
    /// - Parameter reason: one line for people.
    /// - Returns: them.
    @discardableResult
    package func failUnfinishedDeployments(reason: String) async throws -> [Deployment] {
        let now = now()
        return try await write { db in
            try Deployment.fetchAll(db, where: "deployments.status IN ('queued', 'running')", []).map { deployment in
                let step = deployment.steps.last { $0.status == .running } ?? deployment.steps.last
                let failure = DeploymentFailure(
                    step: step?.name ?? .upload, code: .unavailable, message: reason, hint: "Deploy again.")
                return try Self.finish(
                    db, deployment, status: .failed, version: nil, notes: reason, failure: failure, at: now)
            }
        }
    }

    // MARK: - Private

    private static let finished = NodePilotError(.conflict, "The deployment has finished.")

    static func saveStep(_ db: Database, deployment id: Deployment.ID, step: DeploymentStep) throws {
        try db.execute(
            sql: """
                INSERT INTO deployment_steps (deployment_id, name, status, started_at, duration_ms, detail)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (deployment_id, name) DO UPDATE SET status = excluded.status,
                    started_at = excluded.started_at, duration_ms = excluded.duration_ms, detail = excluded.detail
                """,
            arguments: [
                id, step.name.rawValue, step.status.rawValue, step.startedAt.stored, step.durationMs, step.detail,
            ])
    }

    private static func finish(
        _ db: Database, _ deployment: Deployment, status: Deployment.Status, version: Int?, notes: String,
        failure: DeploymentFailure?, at now: Date
    ) throws -> Deployment {
        for var step in deployment.steps where step.status == .running {
            step.status = .failed
            step.durationMs = max(0, Int(now.timeIntervalSince(step.startedAt) * 1000))
            try saveStep(db, deployment: deployment.id, step: step)
        }
        try db.execute(
            sql: """
                UPDATE deployments SET status = ?, version = ifnull(?, version), finished_at = ?, notes = ?,
                    failure_step = ?, failure_code = ?, failure_message = ?, failure_hint = ? WHERE id = ?
                """,
            arguments: [
                status.rawValue, version, now.stored, notes, failure?.step.rawValue, failure?.code.rawValue,
                failure?.message, failure?.hint, deployment.id,
            ])
        return try Deployment.require(db, id: deployment.id)
    }

    private static func forgetOldDeployments(_ db: Database, of id: Project.ID) throws {
        try db.execute(
            sql: """
                DELETE FROM deployments WHERE project_id = ? AND status IN ('success', 'failed') AND id <= (
                    SELECT id FROM deployments WHERE project_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?
                )
                """,
            arguments: [id, id, keptDeployments])
    }
}
