import API
import Archive
import Builder
import Certificates
package import Core
import Deploy
import Edge
import FoundationEssentials
import Glibc
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Store
import Supervisor
import TLS
import UnixSignals

/// A whole NodePilot: its parts put together and run until a signal ends it. The only place where they are introduced to
/// each other.
package struct Server: Sendable {
    private let configuration: ServerConfiguration
    private let notification: ServiceNotification
    private let logger: Logger

    /// - Parameter notifySocket: `NOTIFY_SOCKET` of systemd; nil where there is none.
    package init(_ configuration: ServerConfiguration, notifySocket: String? = nil) {
        self.configuration = configuration
        notification = ServiceNotification(socketPath: notifySocket)
        logger = Logger(label: "nodepilot") { StreamLogHandler.standardError(label: $0) }
    }

    /// Runs until SIGTERM or SIGINT, then ends in good order: no new work, requests in flight finish, apps stop.
    /// - Throws: `NodePilotError` when it cannot start, with what to do.
    package func run() async throws {
        umask(0o077)
        let startedAt = Date()
        try DataFolder.prepare(configuration.data)
        let lock = try DataLock(data: configuration.data)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(2, min(System.coreCount, 4)))
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        let parts = try await ServerParts.assemble(
            configuration, group: group, threads: threads, startedAt: startedAt, logger: logger)
        let addresses = try await parts.edge.start()
        parts.announce(addresses)
        let services = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: AppsService(deployer: parts.deployer, notification: notification)),
                    .init(service: EdgeService(edge: parts.edge)),
                    .init(service: parts.api),
                    .init(service: parts.sampler),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await services.run()
        parts.store.close()
        try await threads.shutdownGracefully()
        try await group.shutdownGracefully()
        withExtendedLifetime(lock) {}
    }
}

/// The apps: brought back at the start, stopped at the end. First in the group, so stopped last.
private struct AppsService: Service {
    let deployer: Deployer
    let notification: ServiceNotification

    func run() async throws {
        notification.ready()
        try await deployer.resume()
        try await gracefulShutdown()
        notification.stopping()
        await deployer.shutdown()
    }
}

/// The edge is listening already; this is its end.
private struct EdgeService: Service {
    let edge: Edge

    func run() async throws {
        try await gracefulShutdown()
        await edge.shutdown(grace: .seconds(10))
    }
}
