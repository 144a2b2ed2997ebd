import Deploy
import Edge
import FoundationEssentials
import Glibc
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Store
import UnixSignals

/// A whole NodePilot: its parts put together and run until a signal ends it.
package struct Server: Sendable {
    private let configuration: ServerConfiguration
    private let commit: String
    private let notification: ServiceNotification
    private let logger: Logger

    /// - Parameters:
    ///   - commit: what this binary was built from, for people.
    ///   - notifySocket: `NOTIFY_SOCKET` of systemd; nil where there is none.
    package init(_ configuration: ServerConfiguration, commit: String, notifySocket: String? = nil) {
        self.configuration = configuration
        self.commit = commit
        notification = ServiceNotification(socketPath: notifySocket)
        logger = Logger(label: "nodepilot") { StreamLogHandler.standardError(label: $0) }
    }

    /// Runs until SIGTERM or SIGINT, then ends in good order: no new work, requests in flight finish, apps stop.
    /// - Throws: `NodePilotError` when it cannot start, with what to do.
    package func run() async throws {
        let startedAt = Date()
        umask(0o077)
        try DataFolder.prepare(configuration.data)
        let lock = try DataLock(data: configuration.data)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(2, min(System.coreCount, 4)))
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        let listening = Flag()
        let parts = try await ServerParts.assemble(
            configuration, commit: commit, group: group, threads: threads, startedAt: startedAt, logger: logger,
            ready: { listening.raise() })
        try await parts.deployer.recover()
        let apps = AppsService(parts: parts, listening: listening, notification: notification)
        let members: [any Service] = [apps, EdgeService(edge: parts.edge), parts.api, parts.sampler]
        let services = ServiceGroup(
            configuration: .init(
                services: members.map { .init(service: $0, successTerminationBehavior: .ignore) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await services.run()
        } catch {
            await parts.deployer.shutdown()
            throw error
        }
        parts.store.close()
        try await threads.shutdownGracefully()
        try await group.shutdownGracefully()
        lock.release()
    }
}

/// The apps: brought back when the control plane listens, stopped at the end. First in the group, so ended last.
private struct AppsService: Service {
    let parts: ServerParts
    let listening: Flag
    let notification: ServiceNotification

    func run() async throws {
        await listening.wait()
        _ = try await parts.edge.start()
        await parts.announce()
        notification.ready()
        try await withThrowingTaskGroup { group in
            group.addTask { await parts.relayStatus() }
            // Beside it: an app that is slow to come up must not keep the server from stopping.
            group.addTask { await parts.resumeApps() }
            try await gracefulShutdown()
            notification.stopping()
            await parts.deployer.shutdown()
            group.cancelAll()
        }
    }
}

/// The end of the edge, whose start belongs to `AppsService`.
private struct EdgeService: Service {
    let edge: Edge

    func run() async throws {
        try await gracefulShutdown()
        await edge.shutdown(grace: .seconds(10))
    }
}
