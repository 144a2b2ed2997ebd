import Synchronization

/// Hands events to every subscriber. A subscription that does not keep up is ended: its reader knows then that it missed
/// something, and begins anew.
package final class EventHub: Sendable {
    private struct State {
        var nextID = 0
        var isFinished = false
        var subscribers: [Int: AsyncStream<Event>.Continuation] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Whether the server is going away.
    package var isFinished: Bool { state.withLock(\.isFinished) }

    package func send(_ event: Event) {
        let subscribers = state.withLock { Array($0.subscribers.values) }
        for subscriber in subscribers {
            if case .dropped = subscriber.yield(event) { subscriber.finish() }
        }
    }

    /// - Parameter buffered: how many events may wait for this subscriber before its subscription is ended.
    package func subscribe(buffered: Int = 1024) -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingOldest(buffered))
        let id: Int? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.nextID += 1
            state.subscribers[state.nextID] = continuation
            return state.nextID
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.subscribers.removeValue(forKey: id) }
        }
        return stream
    }

    /// Ends every subscription, and those to come at once: the server is going away.
    package func finish() {
        let subscribers = state.withLock { state in
            state.isFinished = true
            defer { state.subscribers.removeAll() }
            return Array(state.subscribers.values)
        }
        for subscriber in subscribers { subscriber.finish() }
    }
}
