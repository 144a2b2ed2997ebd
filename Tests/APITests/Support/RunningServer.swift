import FoundationEssentials
import Glibc
import Logging
import NIOPosix
import ServiceLifecycle

@testable import API

/// The API on its two sockets, for the length of a test.
struct RunningServer: Sendable {
    let api: APIFixture
    let configuration: APIServer.Configuration
    let group: ServiceGroup

    static func run<Value: Sendable>(
        _ groups: [any RouteGroup] = [], owner: UInt32 = getuid(),
        _ body: @Sendable @escaping (RunningServer) async throws -> Value
    ) async throws -> Value {
        let api = try await APIFixture(groups: groups)
        let configuration = APIServer.Configuration(runFolder: api.folder.path + "/run", owner: owner)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (listening, isListening) = AsyncStream.makeStream(of: Void.self)
        let server = APIServer(
            configuration: configuration, router: api.router, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger, onListening: { isListening.finish() })
        let group = ServiceGroup(services: [server], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { isListening.finish() }
                try await group.run()
            }
            for await _ in listening {}
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(RunningServer(api: api, configuration: configuration, group: group)))
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }

    /// A connection to `api.sock`.
    func edge<Value: Sendable>(_ body: (SocketClient) async throws -> Value) async throws -> Value {
        try await SocketClient.connect(configuration.edgeSocket, body)
    }

    /// A connection to `admin.sock`.
    func admin<Value: Sendable>(_ body: (SocketClient) async throws -> Value) async throws -> Value {
        try await SocketClient.connect(configuration.adminSocket, body)
    }
}
