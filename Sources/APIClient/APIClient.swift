package import Core
import FoundationEssentials

/// The typed client of the API: over the Unix socket of this machine or over HTTPS.
///
/// Every operation throws `NodePilotError`: the server's problem, or in words why it could not be asked.
package struct APIClient: Sendable {
    package let server: ServerAddress
    let transport: Transport

    package init(_ server: ServerAddress) throws {
        self.server = server
        transport = try Transport(server)
    }

    /// Runs `body` with a client that is closed when it returns.
    package static func with<Result>(
        _ server: ServerAddress, _ body: (APIClient) async throws -> Result
    ) async throws -> Result {
        let client = try APIClient(server)
        do {
            let result = try await body(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Closes the connections. Must be called once, last.
    package func shutdown() async {
        await transport.shutdown()
    }

    package func health() async throws -> Health {
        try await transport.answer(to: Call(.get, "/health"))
    }

    package func systemInfo() async throws -> SystemInfo {
        try await transport.answer(to: Call(.get, "/api/system/info"))
    }

    package func systemMetrics() async throws -> SystemMetrics {
        try await transport.answer(to: Call(.get, "/api/system/metrics", query: [("range", "hour")]))
    }

    // MARK: - Private

    func sending(_ call: Call, _ value: some Encodable) throws -> Call {
        var call = call
        call.body = .json(try NodePilotJSON.encoder().encode(value))
        return call
    }
}
