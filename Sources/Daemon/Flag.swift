/// Raised once; whoever waits for it goes on then.
final class Flag: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func raise() { continuation.finish() }

    /// For one waiter.
    func wait() async {
        for await _ in stream {}
    }
}
