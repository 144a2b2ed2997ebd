package import Core

extension APIClient {
    /// By name.
    package func projects() async throws -> [ProjectView] {
        try await transport.answer(to: Call(.get, "/api/project/list"), as: ProjectList.self).projects
    }

    package func project(_ name: String) async throws -> ProjectView {
        try await transport.answer(to: Call(.get, "/api/project/\(name)"))
    }

    package func updateProject(_ name: String, _ change: UpdateProjectRequest) async throws -> ProjectView {
        try await transport.answer(to: sending(Call(.patch, "/api/project/\(name)"), change))
    }

    package func deleteProject(_ name: String) async throws {
        try await transport.perform(Call(.delete, "/api/project/\(name)"))
    }

    /// Returns once it is done.
    package func start(_ name: String) async throws -> ProjectView {
        try await transport.answer(to: Call(.post, "/api/project/\(name)/start"))
    }

    package func stop(_ name: String) async throws -> ProjectView {
        try await transport.answer(to: Call(.post, "/api/project/\(name)/stop"))
    }

    package func restart(_ name: String) async throws -> ProjectView {
        try await transport.answer(to: Call(.post, "/api/project/\(name)/restart"))
    }

    package func environment(of name: String) async throws -> [EnvironmentVariable] {
        try await transport.answer(to: Call(.get, "/api/project/\(name)/env"), as: EnvironmentList.self).variables
    }

    package func changeEnvironment(of name: String, _ change: EnvironmentChange) async throws -> [EnvironmentVariable] {
        let call = Call(.patch, "/api/project/\(name)/env")
        return try await transport.answer(to: sending(call, change), as: EnvironmentList.self).variables
    }

    package func domains(of name: String) async throws -> [DomainView] {
        try await transport.answer(to: Call(.get, "/api/project/\(name)/domains"), as: DomainList.self).domains
    }

    package func addDomain(_ host: String, to name: String) async throws -> DomainView {
        let call = Call(.post, "/api/project/\(name)/domains")
        return try await transport.answer(to: sending(call, AddDomainRequest(host: host)))
    }

    package func removeDomain(_ host: String, from name: String) async throws {
        try await transport.perform(Call(.delete, "/api/project/\(name)/domains/\(host)"))
    }
}
