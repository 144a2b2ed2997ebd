import Core
import NIOCore

/// The edge on one event loop: its connections, its connections to the apps, its copy of the routes. It belongs to that
/// loop, so that a request takes no lock and never leaves it.
final class Worker {
    let loop: any EventLoop
    let shared: EdgeShared
    /// Storage that every head is parsed into: nothing of it is needed once the request was sent on.
    var requestHead = RequestHead()
    var responseHead = ResponseHead()
    var requestIDs = RequestIDSource()
    /// Whether the edge is shutting down: answers then end their connections.
    private(set) var isQuiescing = false

    private var connections: [ClientConnection] = []
    private var routesVersion = UInt64.max
    private var destinations: [String: Destination] = [:]
    private var pools: [Upstream: UpstreamPool] = [:]
    private var drains: [Drain] = []
    private var scratch = ByteBuffer()
    private var tick: Scheduled<Void>?
    private var emptied: EventLoopPromise<Void>?
    private lazy var controlPlane = UpstreamPool(
        .socket(shared.configuration.controlPlaneSocket), name: "the control plane", worker: self)

    init(loop: any EventLoop, shared: EdgeShared) {
        self.loop = loop
        self.shared = shared
    }

    func destination(for head: RequestHead) -> Destination {
        refreshRoutes()
        if head.hostIsIPAddress || shared.configuration.controlPlaneHosts.contains(head.host) {
            return .controlPlane(controlPlane)
        }
        return destinations[head.host] ?? .unknown
    }

    // MARK: - Buffers

    /// An empty buffer to build a message in; give it back once it is written, so that the next one need not be allocated.
    func takeScratch() -> ByteBuffer {
        var buffer = scratch
        scratch = ByteBuffer()
        buffer.clear(minimumCapacity: 1024)
        return buffer
    }

    func giveScratch(_ buffer: ByteBuffer) {
        if buffer.capacity <= 64 * 1024 { scratch = buffer }
    }

    // MARK: - Connections

    func add(_ connection: ClientConnection) {
        connection.slot = connections.count
        connections.append(connection)
        startTicking()
    }

    func remove(_ connection: ClientConnection) {
        let slot = connection.slot
        guard slot < connections.count, connections[slot] === connection else { return }
        connections.swapAt(slot, connections.count - 1)
        connections.removeLast()
        if slot < connections.count { connections[slot].slot = slot }
        if connections.isEmpty { emptied?.succeed() }
    }

    /// Ends connections that rest, and the others after their answer. Done when there is none left.
    func quiesce() -> EventLoopFuture<Void> {
        isQuiescing = true
        let promise = emptied ?? loop.makePromise()
        emptied = promise
        for connection in connections.reversed() { connection.quiesce() }
        if connections.isEmpty { promise.succeed() }
        return promise.futureResult
    }

    func closeAll() {
        for connection in connections.reversed() { connection.close() }
        for pool in allPools { pool.closeIdle() }
        for drain in drains { drain.finish() }
        drains = []
        emptied?.succeed()
    }

    // MARK: - Draining

    /// Done when no request of this loop is in flight to these upstreams, or at the deadline. Whoever comes later has
    /// seen the routes of now, so no request can still be on its way to a withdrawn instance.
    func drained(_ upstreams: [Upstream], by deadline: NIODeadline) -> EventLoopFuture<Void> {
        refreshRoutes()
        let busy = upstreams.compactMap { pools[$0] }.filter { $0.inFlight > 0 }
        let drain = Drain(busy, until: deadline, on: loop)
        if !busy.isEmpty { drains.append(drain) }
        return drain.futureResult
    }

    func poolIsQuiet(_ pool: UpstreamPool) {
        if !drains.isEmpty { drains.removeAll { $0.isFinished(without: pool) } }
        if pool.isRetired { forget(pool) }
    }

    // MARK: - Time

    func startTicking() {
        guard tick == nil else { return }
        tick = loop.assumeIsolated().scheduleTask(in: .milliseconds(500)) { self.ticked() }
    }

    // MARK: - Private

    private var allPools: [UpstreamPool] { [controlPlane] + pools.values }

    private func ticked() {
        tick = nil
        let now = NIODeadline.now()
        var index = connections.count
        while index > 0 {
            index -= 1
            if index < connections.count { connections[index].check(now) }
        }
        let oldest = now - shared.configuration.timeouts.upstreamIdle
        for pool in allPools { pool.closeIdle(restingSince: oldest) }
        if !connections.isEmpty || allPools.contains(where: \.hasIdle) { startTicking() }
    }

    private func refreshRoutes() {
        guard shared.routing.version != routesVersion else { return }
        let snapshot = shared.routing.snapshot
        routesVersion = snapshot.version
        var current: Set<Upstream> = []
        destinations = snapshot.routes.mapValues { route in
            if case .upstreams(let upstreams) = route.target { current.formUnion(upstreams) }
            return destination(of: route)
        }
        for (upstream, pool) in pools where !current.contains(upstream) {
            pool.retire()
            if pool.inFlight == 0 { pools[upstream] = nil }
        }
    }

    private func destination(of route: Route) -> Destination {
        let redirects = route.redirectsToHTTPS
        switch route.target {
        case .files(let root, let folder, let singlePage):
            let place = FileRequest.Place(root: root, folders: folder.split(separator: "/").map(String.init))
            return .files(place, singlePage: singlePage, redirectsToHTTPS: redirects)
        case .unavailable(let sentence): return .unavailable(sentence, redirectsToHTTPS: redirects)
        case .upstreams(let upstreams):
            return .instances(InstanceGroup(upstreams.map(pool)), redirectsToHTTPS: redirects)
        }
    }

    private func pool(for upstream: Upstream) -> UpstreamPool {
        let pool =
            pools[upstream]
            ?? UpstreamPool(.port(upstream.port), name: upstream.instance, owner: upstream.owner, worker: self)
        pool.revive()
        pools[upstream] = pool
        return pool
    }

    private func forget(_ pool: UpstreamPool) {
        if let upstream = pools.first(where: { $0.value === pool })?.key { pools[upstream] = nil }
    }
}
