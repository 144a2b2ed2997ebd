import NIOCore

/// The promises of the writes whose last byte is in one piece of ciphertext.
struct CombinedPromise {
    private var promise: EventLoopPromise<Void>?

    mutating func add(_ other: EventLoopPromise<Void>?) {
        guard let promise else {
            promise = other
            return
        }
        if let other { promise.futureResult.cascade(to: other) }
    }

    /// One promise for all, or nil when nobody waits. Empty afterwards.
    mutating func take() -> EventLoopPromise<Void>? {
        defer { promise = nil }
        return promise
    }
}
