package import Core
internal import GRDB

extension Store {
    /// The default one first, then by name.
    package func domains(of id: Project.ID) async throws -> [Domain] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM domains WHERE project_id = ? ORDER BY is_default DESC, host", arguments: [id]
            ).map(Domain.init(row:))
        }
    }

    /// Of all projects; the default one of each first.
    package func allDomains() async throws -> [Domain] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM domains ORDER BY project_id, is_default DESC, host")
                .map(Domain.init(row:))
        }
    }

    /// - Throws: `.conflict` when the host leads to a project already, without saying which.
    package func addDomain(project id: Project.ID, host: HostName, isDefault: Bool = false) async throws -> Domain {
        let now = now().stored
        return try await write { db in
            _ = try Project.require(db, id: id)
            return try Self.insertDomain(db, host: host, project: id, isDefault: isDefault, at: now)
        }
    }

    /// Gives a project another default host: the server's domain has changed. The same host again is fine.
    /// - Throws: `.conflict` when the host leads to another project, `.notFound` for the project.
    package func setDefaultDomain(project id: Project.ID, host: HostName) async throws {
        let now = now().stored
        try await write { db in
            _ = try Project.require(db, id: id)
            let current = try Row.fetchOne(db, sql: "SELECT * FROM domains WHERE host = ?", arguments: [host.rawValue])
                .map(Domain.init(row:))
            if let current, current.projectID == id, current.isDefault { return }
            try db.execute(
                sql: "DELETE FROM domains WHERE project_id = ? AND (is_default OR host = ?)",
                arguments: [id, host.rawValue])
            try Self.insertDomain(db, host: host, project: id, isDefault: true, at: now)
        }
    }

    /// - Throws: `.notFound`; `.conflict` for the default one, which stays.
    package func removeDomain(project id: Project.ID, host: HostName) async throws {
        try await write { db in
            let sql = "SELECT * FROM domains WHERE project_id = ? AND host = ?"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [id, host.rawValue]) else {
                throw NodePilotError.notFound("The domain \(host)")
            }
            guard try !Domain(row: row).isDefault else {
                throw NodePilotError(
                    .conflict, "\(host) is the project's own address and stays.", hint: "Delete the project instead.")
            }
            try db.execute(sql: "DELETE FROM domains WHERE host = ?", arguments: [host.rawValue])
        }
    }

    @discardableResult
    static func insertDomain(
        _ db: Database, host: HostName, project: Project.ID, isDefault: Bool, at now: String
    ) throws -> Domain {
        let isTaken = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM domains WHERE host = ?)", arguments: [host.rawValue])
        guard isTaken != true else {
            throw NodePilotError(
                .conflict, "\(host) leads to a project already.",
                hint: "Choose another host, or remove it there first.",
                fields: [.init(name: "host", problem: "is taken")])
        }
        let row = try Row.fetchOne(
            db, sql: "INSERT INTO domains (host, project_id, is_default, created_at) VALUES (?, ?, ?, ?) RETURNING *",
            arguments: [host.rawValue, project, isDefault, now])
        return try Domain(row: row.orMissing())
    }
}

extension Domain {
    fileprivate init(row: Row) throws {
        self.init(
            host: try row.checked("host") { try HostName($0) }, projectID: try row.value("project_id"),
            isDefault: try row.value("is_default"), createdAt: try row.date("created_at"))
    }
}
