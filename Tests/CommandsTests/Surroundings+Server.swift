import ScriptedServer

extension Surroundings {
    /// Runs `body` while a server answers at the data folder's socket.
    func serving(_ script: @escaping ScriptedServer.Script, _ body: (ScriptedServer) async throws -> Void) async throws
    {
        let server = try await ScriptedServer.start(socket: socket, script: script)
        do {
            try await body(server)
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    func serving(_ script: @escaping ScriptedServer.Script, _ body: () async throws -> Void) async throws {
        try await serving(script) { _ in try await body() }
    }
}
