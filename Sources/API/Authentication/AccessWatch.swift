import Core
import Synchronization

/// The streams and WebSockets that are open, to be ended when the access of their caller is.
final class AccessWatch: Sendable {
    /// Streams of one user: each costs memory here for as long as its reader likes.
    static let maximumPerUser = 100

    private struct Watcher {
        let caller: Caller
        let continuation: AsyncStream<Void>.Continuation
    }

    private struct State {
        var lastID = 0
        var watchers: [Int: Watcher] = [:]
    }

    private let state = Mutex(State())

    /// - Throws: `.rateLimited` when the caller has as many streams open as one may have.
    func admitStream(of caller: Caller) throws(NodePilotError) {
        let open = state.withLock { state in state.watchers.values.count { $0.caller.user.id == caller.user.id } }
        guard open < Self.maximumPerUser else {
            throw NodePilotError(
                .rateLimited, "You have \(open) streams open at once.", hint: "Close some of them.", retryAfter: 5)
        }
    }

    /// Ends when the caller's access ends; gives nothing before.
    func end(of caller: Caller) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let id = state.withLock { state in
            state.lastID += 1
            state.watchers[state.lastID] = Watcher(caller: caller, continuation: continuation)
            return state.lastID
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.watchers.removeValue(forKey: id) }
        }
        return stream
    }

    /// A user is gone or may do less now: those who may still see their streams open them again.
    func endStreams(of user: User.ID) {
        endStreams { $0.user.id == user }
    }

    func endStreams(ofToken token: Int64) {
        endStreams { caller in
            if case .apiToken(token, _, _) = caller.means { true } else { false }
        }
    }

    func endStreams(where isEnded: (Caller) -> Bool) {
        let ended = state.withLock { state in state.watchers.values.filter { isEnded($0.caller) } }
        // Outside the lock: each of them removes itself.
        for watcher in ended { watcher.continuation.finish() }
    }
}
