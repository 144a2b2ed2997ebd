import HummingbirdCore
import Synchronization

/// The answer to the first request of a connection, made while the request was held; given out once.
final class HeldAnswer: Sendable {
    private let answer: Mutex<Response?>

    init(_ answer: Response?) { self.answer = Mutex(answer) }

    func take() -> Response? {
        answer.withLock { answer in
            defer { answer = nil }
            return answer
        }
    }
}
