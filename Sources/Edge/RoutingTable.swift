import Core
import Synchronization

/// All routes at one moment, by host.
struct RoutingSnapshot: Sendable {
    var version: UInt64 = 0
    var routes: [String: Route] = [:]
}

/// The routes that are in force. A swap is one step; readers look at a number, and take the lock only after a swap.
final class RoutingTable: Sendable {
    private let current = Mutex(RoutingSnapshot())
    private let currentVersion = Atomic<UInt64>(0)

    var snapshot: RoutingSnapshot { current.withLock { $0 } }
    var version: UInt64 { currentVersion.load(ordering: .acquiring) }

    /// Puts `routes` in the place of all routes of `project`.
    func publish(_ routes: [Route], for project: ProjectName) {
        current.withLock { snapshot in
            var next = snapshot.routes.filter { $0.value.project != project }
            for route in routes { next[route.host.rawValue] = route }
            snapshot = RoutingSnapshot(version: snapshot.version + 1, routes: next)
            currentVersion.store(snapshot.version, ordering: .releasing)
        }
    }
}
