import NIOCore

/// Waits for the requests that are in flight to some upstreams on one loop.
final class Drain {
    private var busy: [UpstreamPool]
    private let promise: EventLoopPromise<Void>
    private var timeout: Scheduled<Void>?

    init(_ busy: [UpstreamPool], until deadline: NIODeadline, on loop: any EventLoop) {
        self.busy = busy
        promise = loop.makePromise()
        if busy.isEmpty {
            promise.succeed()
            return
        }
        let promise = promise
        timeout = loop.scheduleTask(deadline: deadline) { promise.succeed() }
    }

    var futureResult: EventLoopFuture<Void> { promise.futureResult }

    func isFinished(without pool: UpstreamPool) -> Bool {
        busy.removeAll { $0 === pool }
        if busy.isEmpty { finish() }
        return busy.isEmpty
    }

    func finish() {
        timeout?.cancel()
        promise.succeed()
    }
}
