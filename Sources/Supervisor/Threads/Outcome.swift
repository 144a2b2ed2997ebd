import Synchronization

/// A value that is settled once and may be awaited by many, before or after.
final class Outcome<Value: Sendable>: Sendable {
    private enum State {
        case open(waiters: [Int: CheckedContinuation<Value?, Never>], next: Int)
        case settled(Value)
    }

    private let state = Mutex(State.open(waiters: [:], next: 0))

    /// The first one counts.
    func settle(_ value: Value) {
        let waiters = state.withLock { state -> [CheckedContinuation<Value?, Never>] in
            guard case .open(let waiters, _) = state else { return [] }
            state = .settled(value)
            return Array(waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }

    var current: Value? {
        state.withLock { if case .settled(let value) = $0 { value } else { nil } }
    }

    /// Waits for the value; nil when the waiting task is cancelled first.
    func value() async -> Value? {
        let ticket = state.withLock { state -> Int in
            guard case .open(let waiters, let next) = state else { return 0 }
            state = .open(waiters: waiters, next: next + 1)
            return next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { join(ticket, $0) }
        } onCancel: {
            leave(ticket)
        }
    }

    // MARK: - Private

    private func join(_ ticket: Int, _ waiter: CheckedContinuation<Value?, Never>) {
        let answer: Value?? = state.withLock { state in
            switch state {
            case .settled(let value): return .some(value)
            case .open(var waiters, let next):
                // Cancelled before it got here: `leave` has come and gone.
                if Task.isCancelled { return .some(nil) }
                waiters[ticket] = waiter
                state = .open(waiters: waiters, next: next)
                return nil
            }
        }
        if let answer { waiter.resume(returning: answer) }
    }

    private func leave(_ ticket: Int) {
        let waiter = state.withLock { state -> CheckedContinuation<Value?, Never>? in
            guard case .open(var waiters, let next) = state else { return nil }
            let waiter = waiters.removeValue(forKey: ticket)
            state = .open(waiters: waiters, next: next)
            return waiter
        }
        waiter?.resume(returning: nil)
    }
}
