import Synchronization

/// First come, first served: one holder a key at a time.
final class Turns<Key: Hashable & Sendable>: Sendable {
    private struct State {
        var lastTicket = 0
        /// Tickets in the order in which they were drawn; the first has its turn.
        var queues: [Key: [Int]] = [:]
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
    }

    private let state = Mutex(State())

    /// Runs `body` when everyone who came before with the same key is through.
    /// - Parameters:
    ///   - evenIfCancelled: for what has to be done whatever becomes of the task.
    ///   - onWait: called once when somebody else has the turn; the place in the queue is taken before.
    /// - Throws: what `body` throws; `CancellationError` when the task is cancelled while it waits: `body` is not run.
    func withTurn<Result: Sendable>(
        _ key: Key, evenIfCancelled: Bool = false, onWait: @Sendable () async -> Void = {},
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let (ticket, isFirst) = draw(key)
        defer { leave(key, ticket) }
        if !isFirst {
            await onWait()
            try await wait(key, ticket, evenIfCancelled: evenIfCancelled)
        }
        return try await body()
    }

    // MARK: - Private

    private func draw(_ key: Key) -> (ticket: Int, isFirst: Bool) {
        state.withLock { state in
            state.lastTicket += 1
            state.queues[key, default: []].append(state.lastTicket)
            return (state.lastTicket, state.queues[key]?.count == 1)
        }
    }

    private func wait(_ key: Key, _ ticket: Int, evenIfCancelled: Bool) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let early: Swift.Result<Void, any Error>? = state.withLock { state in
                    if state.queues[key]?.first == ticket { return .success(()) }
                    if Task.isCancelled, !evenIfCancelled { return .failure(CancellationError()) }
                    state.waiting[ticket] = continuation
                    return nil
                }
                if let early { continuation.resume(with: early) }
            }
        } onCancel: {
            guard !evenIfCancelled else { return }
            let waiter = state.withLock { $0.waiting.removeValue(forKey: ticket) }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// Gives the turn on, or the place in the queue up.
    private func leave(_ key: Key, _ ticket: Int) {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            state.queues[key]?.removeAll { $0 == ticket }
            guard let first = state.queues[key]?.first else {
                state.queues[key] = nil
                return nil
            }
            return state.waiting.removeValue(forKey: first)
        }
        next?.resume()
    }
}
