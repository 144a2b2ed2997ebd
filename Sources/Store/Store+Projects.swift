package import Core
internal import FoundationEssentials
internal import GRDB

extension Store {
    /// Makes the project with its environment and its default domain in one transaction. It begins as `deploying`, and
    /// is not wanted to run.
    /// - Throws: `.conflict` when the name, the host or the port is taken; `.invalidInput`; `.notFound` for the owner.
    package func createProject(_ new: NewProject) async throws -> Project {
        try new.settings.validate()
        let now = now().stored
        let seal = seal
        return try await write { db in
            try Self.requireFreeName(db, new.name)
            try Self.requireFreePort(db, new.port, for: nil)
            let row = try Row.fetchOne(
                db,
                sql: """
                    INSERT INTO projects (name, display_name, path, start_command, port, pm2_name, status, wanted,
                        owner_id, https_redirect, health_path, single_page, created_at, updated_at)
                    VALUES (?, ?, ?, ?, ?, ?, 'deploying', 'stopped', ?, ?, ?, ?, ?, ?) RETURNING *
                    """,
                arguments: [
                    new.name.rawValue, new.displayName, new.path, new.startCommand, new.port, "nodepilot-\(new.name)",
                    new.ownerID, new.settings.httpsRedirect, new.settings.healthPath, new.settings.singlePage, now, now,
                ])
            let project = try Project(row: row.orMissing())
            try Self.insertDomain(db, host: new.defaultHost, project: project.id, isDefault: true, at: now)
            try Self.setVariables(db, new.environment, project: project.id, seal: seal, at: now)
            return project
        }
    }

    package func project(id: Project.ID) async throws -> Project? {
        try await read { try Project.fetch($0, id: id) }
    }

    package func project(named name: ProjectName) async throws -> Project? {
        try await read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM projects WHERE name = ?", arguments: [name.rawValue])
                .map(Project.init(row:))
        }
    }

    /// By name.
    package func projects() async throws -> [Project] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM projects ORDER BY name").map(Project.init(row:))
        }
    }

    /// By name.
    package func projects(ownedBy owner: User.ID) async throws -> [Project] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM projects WHERE owner_id = ? ORDER BY name", arguments: [owner])
                .map(Project.init(row:))
        }
    }

    /// Changes the settings of a project, from what is stored at that moment.
    /// - Parameter change: may change `displayName`, `startCommand`, `port`, `settings` and `ownerID`; the rest is not
    ///   written. What it throws ends the transaction and is thrown on.
    /// - Throws: `.notFound`, `.conflict` when the port is taken, `.invalidInput` for the settings.
    package func updateProject(
        _ id: Project.ID, _ change: @escaping @Sendable (inout Project) throws -> Void
    ) async throws -> Project {
        let now = now().stored
        return try await write { db in
            var project = try Project.require(db, id: id)
            try change(&project)
            try project.settings.validate()
            try Self.requireFreePort(db, project.port, for: id)
            let row = try Row.fetchOne(
                db,
                sql: """
                    UPDATE projects SET display_name = ?, start_command = ?, port = ?, owner_id = ?,
                        https_redirect = ?, health_path = ?, single_page = ?, updated_at = ?
                    WHERE id = ? RETURNING *
                    """,
                arguments: [
                    project.displayName, project.startCommand, project.port, project.ownerID,
                    project.settings.httpsRedirect, project.settings.healthPath, project.settings.singlePage, now, id,
                ])
            return try Project(row: row.orMissing())
        }
    }

    /// - Throws: `.notFound`.
    package func setStatus(project id: Project.ID, to status: Project.Status) async throws {
        try await setColumn("status", of: id, to: status.rawValue)
    }

    /// - Throws: `.notFound`.
    package func setWanted(project id: Project.ID, to wanted: Project.Wanted) async throws {
        try await setColumn("wanted", of: id, to: wanted.rawValue)
    }

    /// Makes a release the live one, and its plan's services the project's, in one transaction.
    /// - Throws: `.notFound` when the project or the release is not there.
    @discardableResult
    package func setLiveRelease(project id: Project.ID, number: Int) async throws -> Project {
        let now = now().stored
        return try await write { db in
            _ = try Project.require(db, id: id)
            let release = try Release.require(db, project: id, number: number)
            try Self.replaceServices(db, of: id, with: release.plan.services)
            let row = try Row.fetchOne(
                db, sql: "UPDATE projects SET live_release = ?, updated_at = ? WHERE id = ? RETURNING *",
                arguments: [number, now, id])
            return try Project(row: row.orMissing())
        }
    }

    /// Removes a project and all that belongs to it. Its number is never given to another.
    /// - Throws: `.notFound`.
    package func deleteProject(_ id: Project.ID) async throws {
        try await write { db in
            try db.execute(sql: "DELETE FROM projects WHERE id = ?", arguments: [id])
            guard db.changesCount > 0 else { throw NodePilotError.notFound("The project") }
        }
    }

    // MARK: - Private

    /// Writes nothing, and so waits for no disk, when the column has that value already.
    private func setColumn(_ column: String, of id: Project.ID, to value: String) async throws {
        try await write { db in
            let current = try String.fetchOne(db, sql: "SELECT \(column) FROM projects WHERE id = ?", arguments: [id])
            guard let current else { throw NodePilotError.notFound("The project") }
            guard current != value else { return }
            try db.execute(sql: "UPDATE projects SET \(column) = ? WHERE id = ?", arguments: [value, id])
        }
    }

    private static func requireFreeName(_ db: Database, _ name: ProjectName) throws {
        let sql = "SELECT EXISTS (SELECT 1 FROM projects WHERE name = ?)"
        guard try Bool.fetchOne(db, sql: sql, arguments: [name.rawValue]) != true else {
            throw NodePilotError(
                .conflict, "There is a project named “\(name)” already.",
                hint: "Choose another name, or deploy to that project.",
                fields: [.init(name: "name", problem: "is taken")])
        }
    }

    /// A port that the app itself chose can be listened on only once on the machine.
    private static func requireFreePort(_ db: Database, _ port: Int?, for id: Project.ID?) throws {
        guard let port else { return }
        guard (1...65535).contains(port) else { throw NodePilotError.invalid("port", "is not between 1 and 65535") }
        let sql = "SELECT EXISTS (SELECT 1 FROM projects WHERE port = ? AND id IS NOT ?)"
        guard try Bool.fetchOne(db, sql: sql, arguments: [port, id]) != true else {
            throw NodePilotError(
                .conflict, "Port \(port) belongs to another project.",
                hint: "Leave the port empty and let the app listen on the one in PORT, or choose another.",
                fields: [.init(name: "port", problem: "is taken")])
        }
    }
}

extension Project {
    init(row: Row) throws {
        self.init(
            id: try row.value("id"), name: try row.checked("name") { try ProjectName($0) },
            displayName: try row.value("display_name"), path: try row.value("path"),
            startCommand: try row.value("start_command"), port: try row.optional("port"),
            status: try row.word("status"), wanted: try row.word("wanted"), ownerID: try row.value("owner_id"),
            settings: ProjectSettings(
                httpsRedirect: try row.value("https_redirect"), healthPath: try row.optional("health_path"),
                singlePage: try row.value("single_page")),
            liveRelease: try row.optional("live_release"), createdAt: try row.date("created_at"),
            updatedAt: try row.date("updated_at"))
    }

    static func fetch(_ db: Database, id: ID) throws -> Project? {
        try Row.fetchOne(db, sql: "SELECT * FROM projects WHERE id = ?", arguments: [id]).map(Project.init(row:))
    }

    static func require(_ db: Database, id: ID) throws -> Project {
        guard let project = try fetch(db, id: id) else { throw NodePilotError.notFound("The project") }
        return project
    }
}
