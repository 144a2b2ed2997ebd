import Core
import Synchronization

@testable import Deploy

/// Stands for the edge, which is a listener on public ports and knows nothing that a deployment waits for: what was
/// published is looked at here, and a drain ends when the test says so.
final class RecordedTraffic: TrafficSwitch {
    private let state = Mutex<(routes: [ProjectName: [Route]], drained: [Upstream])>(([:], []))
    private let gate = Mutex<AsyncStream<Void>?>(nil)

    func publish(_ routes: [Route], for project: ProjectName) {
        state.withLock { $0.routes[project] = routes.isEmpty ? nil : routes }
    }

    func drain(_ upstreams: [Upstream], timeout: Duration) async {
        state.withLock { $0.drained += upstreams }
        guard let gate = gate.withLock({ $0 }) else { return }
        for await _ in gate {}
    }

    /// From now on drains last until the returned closure is called.
    func holdDrains() -> @Sendable () -> Void {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        gate.withLock { $0 = stream }
        return { continuation.finish() }
    }

    func routes(of name: String) -> [Route] {
        state.withLock { $0.routes.first { $0.key.rawValue == name }?.value ?? [] }
    }

    func target(of name: String) -> RouteTarget? { routes(of: name).first?.target }

    var drained: [Upstream] { state.withLock(\.drained) }
}
