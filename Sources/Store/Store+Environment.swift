package import Core
internal import FoundationEssentials
internal import GRDB

extension Store {
    /// The opened variables, by name.
    /// - Throws: `.notFound` for the project.
    package func environment(of id: Project.ID) async throws -> [EnvironmentVariable] {
        let seal = seal
        return try await read { try Self.variables($0, project: id, seal: seal) }
    }

    /// First removes, then sets, in one transaction; each name at most once in `set`.
    /// - Throws: `.invalidInput` naming the variable, `.notFound` for the project.
    /// - Returns: all variables as they are then.
    @discardableResult
    package func changeEnvironment(
        of id: Project.ID, set: [EnvironmentVariable] = [], unset: [String] = []
    ) async throws -> [EnvironmentVariable] {
        let now = now().stored
        let seal = seal
        return try await write { db in
            try db.execute(sql: "UPDATE projects SET updated_at = ? WHERE id = ?", arguments: [now, id])
            guard db.changesCount > 0 else { throw NodePilotError.notFound("The project") }
            for name in unset {
                try db.execute(
                    sql: "DELETE FROM environment WHERE project_id = ? AND name = ?", arguments: [id, name])
            }
            try Self.setVariables(db, set, project: id, seal: seal, at: now)
            return try Self.variables(db, project: id, seal: seal)
        }
    }

    static func setVariables(
        _ db: Database, _ variables: [EnvironmentVariable], project: Project.ID, seal: EnvironmentSeal, at now: String
    ) throws {
        for variable in variables {
            try variable.validate()
            guard let value = variable.value else {
                throw NodePilotError.invalid("env_vars.\(variable.name)", "has no value")
            }
            try db.execute(
                sql: """
                    INSERT INTO environment (project_id, name, sealed, updated_at) VALUES (?, ?, ?, ?)
                    ON CONFLICT (project_id, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at
                    """,
                arguments: [
                    project, variable.name, try seal.seal(value, name: variable.name, project: project), now,
                ])
        }
    }

    // MARK: - Private

    private static func variables(
        _ db: Database, project: Project.ID, seal: EnvironmentSeal
    ) throws -> [EnvironmentVariable] {
        _ = try Project.require(db, id: project)
        return try Row.fetchAll(
            db, sql: "SELECT name, sealed FROM environment WHERE project_id = ? ORDER BY name", arguments: [project]
        ).map { row in
            let name: String = try row.value("name")
            let value = try seal.open(row.value("sealed", as: Data.self), name: name, project: project)
            return EnvironmentVariable(name: name, value: value)
        }
    }
}
