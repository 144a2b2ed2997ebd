package import Core

extension APIClient {
    package func setupStatus() async throws -> SetupStatus {
        try await transport.answer(to: Call(.get, "/api/setup"))
    }

    package func login(username: String, password: String) async throws -> AccessToken {
        let call = Call(.post, "/api/auth/login")
        return try await transport.answer(to: sending(call, LoginRequest(username: username, password: password)))
    }

    /// The person or token that this client speaks for.
    package func verify() async throws -> VerifyResponse {
        try await transport.answer(to: Call(.get, "/api/auth/verify"))
    }

    package func tokens() async throws -> [APITokenView] {
        try await transport.answer(to: Call(.get, "/api/tokens"), as: TokenList.self).tokens
    }

    /// - Returns: the token with its secret, which no later answer holds.
    package func createToken(_ request: CreateTokenRequest) async throws -> APITokenView {
        try await transport.answer(to: sending(Call(.post, "/api/tokens"), request))
    }

    package func deleteToken(_ id: Int64) async throws {
        try await transport.perform(Call(.delete, "/api/tokens/\(id)"))
    }
}
