import NIOCore
import NIOPosix

/// One event loop's connections to one instance of an app, or to the control plane.
final class UpstreamPool {
    enum Place: Equatable {
        /// On 127.0.0.1.
        case port(Int)
        case socket(String)
    }

    let place: Place
    /// As people know it: `web.1`.
    let name: String
    let worker: Worker
    /// Who must listen at the port; nil: whoever it is.
    private let owner: UInt32?
    /// Requests that have begun and not ended, tunnels too.
    private(set) var inFlight = 0
    /// Whether no route leads here any more.
    private(set) var isRetired = false
    /// The one that was used last is at the end, and is taken first.
    private var idle: [UpstreamConnection] = []

    init(_ place: Place, name: String, owner: UInt32? = nil, worker: Worker) {
        self.place = place
        self.name = name
        self.owner = owner
        self.worker = worker
    }

    var hasIdle: Bool { !idle.isEmpty }

    func requestBegan() { inFlight += 1 }

    func requestEnded() {
        inFlight -= 1
        if inFlight == 0 { worker.poolIsQuiet(self) }
    }

    /// A connection that has rested no longer than this, if there is one.
    func takeIdle(restedAtMost rest: TimeAmount) -> UpstreamConnection? {
        guard let last = idle.last, last.restsSince >= .now() - rest else { return nil }
        return idle.popLast()
    }

    /// Opens a connection. `then` is called on the loop.
    func connect(_ then: @escaping (Result<UpstreamConnection, any Error>) -> Void) {
        let connection = UpstreamConnection(pool: self)
        let bound = NIOLoopBound(connection, eventLoop: worker.loop)
        let bootstrap = ClientBootstrap(group: worker.loop)
            .connectTimeout(worker.shared.configuration.timeouts.connect)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.maxMessagesPerRead, value: 1)
            // When an app closes, all that the kernel holds comes in at once: this is then the most.
            .channelOption(.socketOption(.so_rcvbuf), value: 128 * 1024)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
        open(bootstrap).assumeIsolated().whenComplete { result in
            if case .success = result, !self.isOwnersPort {
                connection.close()
                return then(.failure(StrangerOnPort()))
            }
            then(result.map { _ in connection })
        }
    }

    /// Takes a connection back that can carry another request.
    func giveBack(_ connection: UpstreamConnection) {
        guard !isRetired, idle.count < worker.shared.configuration.limits.idleUpstreams else {
            return connection.close()
        }
        idle.append(connection)
        worker.startTicking()
    }

    func forget(_ connection: UpstreamConnection) {
        idle.removeAll { $0 === connection }
    }

    func retire() {
        isRetired = true
        closeIdle()
    }

    func revive() { isRetired = false }

    func closeIdle(restingSince oldest: NIODeadline? = nil) {
        let ended = idle.filter { oldest.map($0.isResting(before:)) ?? true }
        if ended.isEmpty { return }
        idle.removeAll { connection in ended.contains { $0 === connection } }
        for connection in ended { connection.close() }
    }

    // MARK: - Private

    /// Asked after connecting: whoever listens now is whom the connection reached.
    private var isOwnersPort: Bool {
        guard let owner, case .port(let port) = place else { return true }
        return ListenerOwner.uid(ofPort: port) == owner
    }

    private func open(_ bootstrap: ClientBootstrap) -> EventLoopFuture<any Channel> {
        switch place {
        case .socket(let path): return bootstrap.connect(unixDomainSocketPath: path)
        case .port(let port):
            do {
                return bootstrap.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: port))
            } catch {
                return worker.loop.makeFailedFuture(error)
            }
        }
    }
}

/// A process of another user listens where an app should: nothing is sent to it.
struct StrangerOnPort: Error {}
