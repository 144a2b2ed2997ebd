package import Core
internal import GRDB

extension Store {
    /// Takes the next release number of a project. It is never given out again, whatever becomes of the release.
    /// - Throws: `.notFound`.
    package func reserveReleaseNumber(project id: Project.ID) async throws -> Int {
        try await write { try Self.takeReleaseNumber($0, project: id) }
    }

    /// Records a built release.
    /// - Parameter number: one that was reserved; nil takes the next.
    /// - Throws: `.notFound` for the project, `.conflict` when there is a release of that number.
    package func addRelease(
        project id: Project.ID, plan: AppPlan, sizeBytes: Int64, number: Int? = nil
    ) async throws -> Release {
        let createdAt = now().stored
        let document = try storedJSON(plan)
        return try await write { db in
            let number = try number ?? Self.takeReleaseNumber(db, project: id)
            guard try Release.fetch(db, project: id, number: number) == nil else {
                throw NodePilotError(.conflict, "There is a release \(number) already.")
            }
            let row = try Row.fetchOne(
                db,
                sql: """
                    INSERT INTO releases (project_id, number, plan, size_bytes, created_at)
                    VALUES (?, ?, ?, ?, ?) RETURNING *
                    """,
                arguments: [id, number, document, sizeBytes, createdAt])
            return try Release(row: row.orMissing())
        }
    }

    /// Newest first.
    package func releases(of id: Project.ID) async throws -> [Release] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM releases WHERE project_id = ? ORDER BY number DESC", arguments: [id]
            ).map(Release.init(row:))
        }
    }

    package func release(project id: Project.ID, number: Int) async throws -> Release? {
        try await read { try Release.fetch($0, project: id, number: number) }
    }

    /// Forgets a release whose files are gone; one that is not there is fine.
    /// - Throws: `.conflict` when it is the live one.
    package func removeRelease(project id: Project.ID, number: Int) async throws {
        try await write { db in
            guard try Project.fetch(db, id: id)?.liveRelease != number else {
                throw NodePilotError(.conflict, "Release \(number) is live.", hint: "Roll back or deploy first.")
            }
            try db.execute(
                sql: "DELETE FROM releases WHERE project_id = ? AND number = ?", arguments: [id, number])
        }
    }

    /// Puts these services in the place of the project's.
    /// - Throws: `.notFound`.
    package func setServices(project id: Project.ID, _ services: [ServicePlan]) async throws {
        try await write { db in
            _ = try Project.require(db, id: id)
            try Self.replaceServices(db, of: id, with: services)
        }
    }

    /// In the order of the plan.
    package func services(of id: Project.ID) async throws -> [ServicePlan] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM services WHERE project_id = ? ORDER BY position", arguments: [id]
            ).map(ServicePlan.init(row:))
        }
    }

    static func replaceServices(_ db: Database, of id: Project.ID, with services: [ServicePlan]) throws {
        try db.execute(sql: "DELETE FROM services WHERE project_id = ?", arguments: [id])
        for (position, service) in services.enumerated() {
            try db.execute(
                sql: "INSERT INTO services (project_id, name, position, arguments, listens) VALUES (?, ?, ?, ?, ?)",
                arguments: [id, service.name, position, try storedJSON(service.arguments), service.listens])
        }
    }

    // MARK: - Private

    private static func takeReleaseNumber(_ db: Database, project id: Project.ID) throws -> Int {
        let sql = "UPDATE projects SET last_release = last_release + 1 WHERE id = ? RETURNING last_release"
        guard let number = try Int.fetchOne(db, sql: sql, arguments: [id]) else {
            throw NodePilotError.notFound("The project")
        }
        return number
    }
}

extension Release {
    init(row: Row) throws {
        self.init(
            projectID: try row.value("project_id"), number: try row.value("number"), plan: try row.json("plan"),
            sizeBytes: try row.value("size_bytes"), createdAt: try row.date("created_at"))
    }

    static func fetch(_ db: Database, project: Project.ID, number: Int) throws -> Release? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM releases WHERE project_id = ? AND number = ?", arguments: [project, number]
        ).map(Release.init(row:))
    }

    static func require(_ db: Database, project: Project.ID, number: Int) throws -> Release {
        guard let release = try fetch(db, project: project, number: number) else {
            throw NodePilotError.notFound("Release \(number)")
        }
        return release
    }
}

extension ServicePlan {
    init(row: Row) throws {
        self.init(name: try row.value("name"), arguments: try row.json("arguments"), listens: try row.value("listens"))
    }
}
