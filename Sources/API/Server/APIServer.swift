import Core
import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import ServiceLifecycle
import Glibc

/// Serves the API on its two sockets until it is told to stop; then finishes what is under way.
package struct APIServer: Service {
    package struct Configuration: Sendable {
        /// For the edge: `DATA/run/api.sock`.
        package var edgeSocket: String
        /// For the CLI on this machine: `DATA/run/admin/admin.sock`.
        package var adminSocket: String
        /// The owner of the data folder, who may administer beside root.
        package var owner: UInt32

        /// - Parameter runFolder: `DATA/run`.
        package init(runFolder: String, owner: UInt32) {
            edgeSocket = "\(runFolder)/api.sock"
            adminSocket = "\(runFolder)/admin/admin.sock"
            self.owner = owner
        }
    }

    private let configuration: Configuration
    private let router: APIRouter
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let onListening: @Sendable () async -> Void

    /// - Parameters:
    ///   - eventLoopGroup: one thread is enough; nothing blocks on it.
    ///   - onListening: called once both sockets take connections.
    package init(
        configuration: Configuration, router: APIRouter, eventLoopGroup: any EventLoopGroup, logger: Logger,
        onListening: @escaping @Sendable () async -> Void = {}
    ) {
        self.configuration = configuration
        self.router = router
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.onListening = onListening
    }

    /// - Throws: when a socket cannot be made: another server has it, its path is too long, or its folder is not ours.
    package func run() async throws {
        let sockets = [
            (try SocketPath(configuration.edgeSocket, folderMode: 0o711), Doorkeeper.edge),
            (try SocketPath(configuration.adminSocket, folderMode: 0o700), .local(owner: configuration.owner)),
        ]
        let responder = router.responder()
        let listening = Countdown(from: sockets.count, then: onListening)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (path, doorkeeper) in sockets {
                let gate = UpgradeGate(responder: responder, doorkeeper: doorkeeper, logger: logger)
                let server = gate.server(
                    configuration: ServerConfiguration(address: .unixDomainSocket(path: path.path)),
                    onServerRunning: { _ in
                        path.restrict(logger)
                        await listening.step()
                    },
                    eventLoopGroup: eventLoopGroup, logger: logger)
                group.addTask { try await server.run() }
            }
            try await group.waitForAll()
        }
    }
}

/// Does something once a number of others are done.
private actor Countdown {
    private var left: Int
    private let done: @Sendable () async -> Void

    init(from count: Int, then done: @escaping @Sendable () async -> Void) {
        left = count
        self.done = done
    }

    func step() async {
        left -= 1
        if left == 0 { await done() }
    }
}
