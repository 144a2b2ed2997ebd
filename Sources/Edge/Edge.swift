package import Core
package import Logging
package import NIOCore
import Synchronization

/// The data plane: accepts clients, finds the app that their requests are for and brings its answers back.
///
/// `start` once, `shutdown` once. Routes may be published before, between and meanwhile.
package final class Edge: TrafficSwitch, Sendable {
    private struct Running {
        var listeners: [Listener] = []
        var workers: [NIOLoopBound<Worker>] = []
    }

    private let configuration: EdgeConfiguration
    private let group: any EventLoopGroup
    private let logger: Logger
    private let secureHandler: @Sendable () -> any ChannelHandler
    private let routing = RoutingTable()
    private let running = Mutex(Running())

    /// - Parameter secureHandler: makes the handler that speaks TLS on one connection of an HTTPS listener; bytes of the
    ///   wire on its outside, bytes of HTTP on its inside.
    package init(
        configuration: EdgeConfiguration, group: any EventLoopGroup, logger: Logger,
        secureHandler: @escaping @Sendable () -> any ChannelHandler
    ) {
        self.configuration = configuration
        self.group = group
        self.logger = logger
        self.secureHandler = secureHandler
    }

    /// Opens the listeners; it serves when this returns.
    /// - Throws: `NodePilotError` when an address cannot be listened on: it says who has the port, or what is needed.
    package func start() async throws -> EdgeAddresses {
        do {
            let workers = try await makeWorkers()
            // HTTPS first: the plain listeners redirect to its port.
            let secure = try await openListeners(configuration.https, .https, workers)
            let httpsPort = configuration.publicHTTPSPort ?? secure.first?.address.port
            let plain = try await openListeners(
                configuration.http, .http(httpsPort: secure.isEmpty ? nil : httpsPort), workers)
            return EdgeAddresses(http: plain.map(\.address), https: secure.map(\.address))
        } catch {
            await shutdown(grace: .zero)
            throw error
        }
    }

    /// Accepts nobody any more, lets what is in flight finish for at most `grace`, and closes everything.
    package func shutdown(grace: Duration) async {
        let (listeners, workers) = running.withLock { ($0.listeners, $0.workers) }
        for listener in listeners { await closed(listener) }
        await finished(workers, grace: grace) { worker in worker.quiesce() }
        await finished(workers, grace: .seconds(1)) { worker in
            worker.closeAll()
            return worker.loop.makeSucceededVoidFuture()
        }
    }

    package func publish(_ routes: [Route], for project: ProjectName) {
        routing.publish(routes, for: project)
    }

    package func drain(_ upstreams: [Upstream], timeout: Duration) async {
        let workers = running.withLock { $0.workers }
        await finished(workers, grace: timeout) { [timeout] worker in
            worker.drained(upstreams, by: .now() + TimeAmount(timeout))
        }
    }

    // MARK: - Private

    private func openListeners(
        _ addresses: [String], _ scheme: ClientConnection.Scheme,
        _ workers: [ObjectIdentifier: NIOLoopBound<Worker>]
    ) async throws -> [Listener] {
        let secureHandler = scheme == .https ? secureHandler : nil
        var opened: [Listener] = []
        for address in addresses {
            let option = scheme == .https ? "--https" : "--http"
            let listener = try await Listener.open(address, option: option, group: group) { channel in
                guard let worker = workers[ObjectIdentifier(channel.eventLoop)]?.value else { return }
                if let secureHandler { try channel.pipeline.syncOperations.addHandler(secureHandler()) }
                try channel.pipeline.syncOperations.addHandler(ClientConnection(worker: worker, scheme: scheme))
            }
            running.withLock { $0.listeners.append(listener) }
            opened.append(listener)
        }
        return opened
    }

    /// One worker for each event loop, by the loop's identity.
    private func makeWorkers() async throws -> [ObjectIdentifier: NIOLoopBound<Worker>] {
        var workers: [ObjectIdentifier: NIOLoopBound<Worker>] = [:]
        let shared = EdgeShared(configuration: configuration, routing: routing, logger: logger)
        for loop in group.makeIterator() {
            let worker = try await loop.submit {
                NIOLoopBound(Worker(loop: loop, shared: shared), eventLoop: loop)
            }.get()
            workers[ObjectIdentifier(loop)] = worker
        }
        let all = Array(workers.values)
        running.withLock { $0.workers = all }
        return workers
    }

    private func closed(_ listener: Listener) async {
        // Already closed is closed as well.
        try? await listener.channel.close().get()
    }

    /// Waits for `work` on every worker's loop, no longer than `grace`.
    private func finished(
        _ workers: [NIOLoopBound<Worker>], grace: Duration,
        _ work: @escaping @Sendable (Worker) -> EventLoopFuture<Void>
    ) async {
        let done = workers.map { worker in
            let loop = worker.eventLoop
            return loop.flatSubmit { work(worker.value) }
        }
        guard let loop = done.first?.eventLoop else { return }
        let promise = loop.makePromise(of: Void.self)
        EventLoopFuture.andAllComplete(done, on: loop).whenComplete { _ in promise.succeed() }
        let timeout = loop.scheduleTask(in: TimeAmount(grace)) { promise.succeed() }
        // It cannot fail.
        try? await promise.futureResult.get()
        timeout.cancel()
    }
}
