package import Core
internal import GRDB

extension Store {
    /// Saves steps and adds lines in one transaction: collect some before you call. A step that is there is replaced; a
    /// line whose number is there already is skipped, so that a batch can be sent again.
    /// - Throws: `.notFound` when the deployment is not there any more.
    package func recordProgress(
        deployment id: Deployment.ID, steps: [DeploymentStep] = [], lines: [DeploymentLogLine] = []
    ) async throws {
        guard !steps.isEmpty || !lines.isEmpty else { return }
        try await write { db in
            for step in steps { try Self.saveStep(db, deployment: id, step: step) }
            let statement = try db.makeStatement(
                sql: """
                    INSERT INTO deployment_log (deployment_id, seq, at, step, text) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (deployment_id, seq) DO NOTHING
                    """)
            for line in lines {
                try statement.execute(arguments: [id, line.seq, line.at.stored, line.step.rawValue, line.text])
            }
        }
    }

    /// The lines after number `seq`, oldest first.
    /// - Parameter limit: page through long logs with it.
    package func deploymentLog(
        id: Deployment.ID, after seq: Int = 0, limit: Int = .max
    ) async throws -> [DeploymentLogLine] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM deployment_log WHERE deployment_id = ? AND seq > ? ORDER BY seq LIMIT ?",
                arguments: [id, seq, limit]
            ).map(DeploymentLogLine.init(row:))
        }
    }
}

extension DeploymentLogLine {
    fileprivate init(row: Row) throws {
        self.init(
            deploymentID: try row.value("deployment_id"), seq: try row.value("seq"), at: try row.date("at"),
            step: try row.word("step"), text: try row.value("text"))
    }
}
