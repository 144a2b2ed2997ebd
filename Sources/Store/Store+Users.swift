package import Core
internal import GRDB

extension Store {
    package func hasUsers() async throws -> Bool {
        try await read { try Self.hasUsers($0) }
    }

    package func user(id: User.ID) async throws -> User? {
        try await read { try User.fetch($0, where: "id = ?", id) }
    }

    /// Names are compared without regard to case.
    package func user(named username: String) async throws -> User? {
        try await read { try User.fetch($0, where: "username = ?", username) }
    }

    /// By name.
    package func users() async throws -> [User] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM users ORDER BY username").map(User.init(row:))
        }
    }

    /// - Throws: `.invalidInput` for the name, `.conflict` when it is taken, whatever its case.
    package func createUser(username: String, role: Role, passwordHash: String) async throws -> User {
        try User.validate(username: username)
        let createdAt = now().stored
        return try await write { db in
            try Self.insertUser(db, username: username, role: role, passwordHash: passwordHash, createdAt: createdAt)
        }
    }

    /// Makes the first user, in one transaction with the check that there is none.
    /// - Throws: `.conflict` when there is a user already.
    package func createFirstAdministrator(username: String, passwordHash: String) async throws -> User {
        try User.validate(username: username)
        let createdAt = now().stored
        return try await write { db in
            guard try !Self.hasUsers(db) else {
                throw NodePilotError(.conflict, "This server has its administrator already.", hint: "Sign in instead.")
            }
            return try Self.insertUser(
                db, username: username, role: .admin, passwordHash: passwordHash, createdAt: createdAt)
        }
    }

    /// For signing in. Nil when there is no such user.
    package func credentials(username: String) async throws -> (user: User, passwordHash: String)? {
        try await read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM users WHERE username = ?", arguments: [username])
            else { return nil }
            return (try User(row: row), try row.value("password"))
        }
    }

    package func setPasswordHash(user id: User.ID, hash: String) async throws {
        try await write { db in
            try db.execute(sql: "UPDATE users SET password = ? WHERE id = ?", arguments: [hash, id])
            guard db.changesCount > 0 else { throw NodePilotError.notFound("The user") }
        }
    }

    /// - Throws: `.conflict` when it would leave no administrator.
    package func setRole(user id: User.ID, role: Role) async throws -> User {
        try await write { db in
            guard var user = try User.fetch(db, where: "id = ?", id) else { throw NodePilotError.notFound("The user") }
            if role != .admin { try Self.requireAnotherAdministrator(db, than: user) }
            try db.execute(sql: "UPDATE users SET role = ? WHERE id = ?", arguments: [role.rawValue, id])
            user.role = role
            return user
        }
    }

    /// Removes a user with their sessions and tokens.
    /// - Parameter heir: who gets their projects; nil, or the user themselves: the administrator who is there longest.
    /// - Throws: `.conflict` when it would leave no administrator, `.notFound` when the user or the heir is not there.
    package func removeUser(_ id: User.ID, projectsTo heir: User.ID? = nil) async throws {
        try await write { db in
            guard let user = try User.fetch(db, where: "id = ?", id) else { throw NodePilotError.notFound("The user") }
            try Self.requireAnotherAdministrator(db, than: user)
            guard
                let heir = heir == id || heir == nil
                    ? try User.fetch(db, where: "role = 'admin' AND id <> ? ORDER BY id LIMIT 1", id)
                    : try User.fetch(db, where: "id = ?", heir)
            else { throw NodePilotError.notFound("The user who is to have the projects") }
            try db.execute(sql: "UPDATE projects SET owner_id = ? WHERE owner_id = ?", arguments: [heir.id, id])
            try db.execute(sql: "DELETE FROM users WHERE id = ?", arguments: [id])
        }
    }

    // MARK: - Private

    private static func hasUsers(_ db: Database) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM users)") ?? false
    }

    private static func insertUser(
        _ db: Database, username: String, role: Role, passwordHash: String, createdAt: String
    ) throws -> User {
        guard try User.fetch(db, where: "username = ?", username) == nil else {
            throw NodePilotError(
                .conflict, "There is a user named “\(username)” already.", hint: "Choose another name.",
                fields: [.init(name: "username", problem: "is taken")])
        }
        let row = try Row.fetchOne(
            db, sql: "INSERT INTO users (username, password, role, created_at) VALUES (?, ?, ?, ?) RETURNING *",
            arguments: [username, passwordHash, role.rawValue, createdAt])
        return try User(row: row.orMissing())
    }

    private static func requireAnotherAdministrator(_ db: Database, than user: User) throws {
        guard user.role == .admin else { return }
        guard try User.fetch(db, where: "role = 'admin' AND id <> ? LIMIT 1", user.id) == nil else { return }
        throw NodePilotError(
            .conflict, "“\(user.username)” is the last administrator.",
            hint: "Make another user an administrator first.")
    }
}

extension User {
    init(row: Row) throws {
        self.init(
            id: try row.value("id"), username: try row.value("username"), role: try row.word("role"),
            createdAt: try row.date("created_at"))
    }

    static func fetch(_ db: Database, where condition: String, _ value: (any DatabaseValueConvertible)?) throws -> User?
    {
        try Row.fetchOne(db, sql: "SELECT * FROM users WHERE \(condition)", arguments: [value]).map(User.init(row:))
    }
}
