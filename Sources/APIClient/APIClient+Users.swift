package import Core

extension APIClient: UserAdministration {
    package func users() async throws -> [User] {
        try await transport.answer(to: Call(.get, "/api/users"), as: UserList.self).users
    }

    package func addUser(username: String, password: String, role: Role) async throws -> User {
        let request = CreateUserRequest(username: username, password: password, role: role)
        return try await transport.answer(to: sending(Call(.post, "/api/users"), request))
    }

    package func setPassword(_ password: String, of username: String) async throws {
        let call = Call(.patch, "/api/users/\(username)")
        try await transport.perform(sending(call, UpdateUserRequest(password: password)))
    }

    package func setRole(_ role: Role, of username: String) async throws -> User {
        let call = Call(.patch, "/api/users/\(username)")
        return try await transport.answer(to: sending(call, UpdateUserRequest(role: role)))
    }

    package func removeUser(_ username: String) async throws {
        try await transport.perform(Call(.delete, "/api/users/\(username)"))
    }
}
