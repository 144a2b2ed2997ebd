import API
package import Core
import FoundationEssentials
import Glibc
import Logging
import Store

/// The users of a server that is down, on its database. It holds the lock of the data folder meanwhile, so that no
/// daemon starts beside it.
package struct OfflineAdministration: UserAdministration {
    private let lock: DataLock
    private let store: Store
    private let hasher = PasswordHasher()

    /// - Throws: `.conflict` when a daemon works on the folder after all.
    package static func open(data: String) async throws -> OfflineAdministration {
        umask(0o077)
        let lock = try DataLock(data: data)
        let logger = Logger(label: "nodepilot.admin") { StreamLogHandler.standardError(label: $0) }
        do {
            return OfflineAdministration(lock: lock, store: try await Store.open(directory: data, logger: logger))
        } catch {
            lock.release()
            throw error
        }
    }

    package func users() async throws -> [User] { try await store.users() }

    package func addUser(username: String, password: String, role: Role) async throws -> User {
        try User.validate(username: username)
        try User.validate(password: password)
        let hash = try await hasher.hash(password)
        let user = try await store.createUser(username: username, role: role, passwordHash: hash)
        try await record("user.create", username, detail: role.rawValue)
        return user
    }

    package func setPassword(_ password: String, of username: String) async throws {
        try User.validate(password: password)
        let user = try await require(username)
        try await store.setPasswordHash(user: user.id, hash: try await hasher.hash(password))
        try await store.revokeSessions(of: user.id)
        try await record("user.password", username)
    }

    package func setRole(_ role: Role, of username: String) async throws -> User {
        let user = try await store.setRole(user: try await require(username).id, role: role)
        try await record("user.role", username, detail: role.rawValue)
        return user
    }

    package func removeUser(_ username: String) async throws {
        try await store.removeUser(try await require(username).id)
        try await record("user.remove", username)
    }

    // MARK: - Private

    private func require(_ username: String) async throws -> User {
        guard let user = try await store.user(named: username) else {
            throw NodePilotError(
                .notFound, "There is no user “\(username)”.", hint: "Those that there are: nodepilot admin users list")
        }
        return user
    }

    private func record(_ action: String, _ subject: String, detail: String = "") async throws {
        try await store.record(
            AuditEntry(
                id: 0, at: Date(), actor: "local:\(getuid())", action: action, subject: subject, detail: detail,
                address: "local"))
    }
}
