import Core

/// A route as one event loop uses it, with its own connections to the instances.
enum Destination {
    case controlPlane(UpstreamPool)
    case instances(InstanceGroup, redirectsToHTTPS: Bool)
    case files(FileRequest.Place, singlePage: Bool, redirectsToHTTPS: Bool)
    case unavailable(String, redirectsToHTTPS: Bool)
    case unknown

    var redirectsToHTTPS: Bool {
        switch self {
        case .controlPlane: true
        case .unknown: false
        case .instances(_, let redirects), .files(_, _, let redirects), .unavailable(_, let redirects): redirects
        }
    }
}

/// The instances that can answer for one host.
final class InstanceGroup {
    let pools: [UpstreamPool]
    private var turn = 0

    init(_ pools: [UpstreamPool]) {
        self.pools = pools
    }

    /// The one with the fewest requests in flight on this loop, but for those that were tried; equals take turns.
    func next(excluding tried: [ObjectIdentifier]) -> UpstreamPool? {
        guard pools.count > 1 else { return pools.first.flatMap { tried.isEmpty ? $0 : nil } }
        turn = (turn + 1) % pools.count
        var best: UpstreamPool?
        for offset in pools.indices {
            let pool = pools[(turn + offset) % pools.count]
            if tried.contains(ObjectIdentifier(pool)) { continue }
            if best.map({ pool.inFlight < $0.inFlight }) ?? true { best = pool }
        }
        return best
    }
}
