/// What `nodepilot admin users` does, by the API when the server is up and on the database when it is down.
/// Users are named, not numbered: that is what people type.
package protocol UserAdministration: Sendable {
    /// By name.
    func users() async throws -> [User]
    /// - Throws: `.invalidInput` for a name or password that `User` refuses, `.conflict` for a name that is taken.
    func addUser(username: String, password: String, role: Role) async throws -> User
    /// Ends the person's sessions.
    func setPassword(_ password: String, of username: String) async throws
    /// - Throws: `.conflict` for the last administrator.
    func setRole(_ role: Role, of username: String) async throws -> User
    /// - Throws: `.conflict` for the last administrator or the owner of projects.
    func removeUser(_ username: String) async throws
}
