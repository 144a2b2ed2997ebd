import FoundationEssentials
import Synchronization

@testable import API

/// A clock that moves only when it is told to.
final class TestClock: Sendable {
    private let elapsed = Mutex(Duration.zero)
    private let start = Date(timeIntervalSince1970: 1_795_248_000)

    func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }

    var now: Date { start.addingTimeInterval(elapsed.withLock { $0 } / .seconds(1)) }

    var clocks: Clocks {
        Clocks(uptime: { self.elapsed.withLock { $0 } }, date: { self.now })
    }
}
