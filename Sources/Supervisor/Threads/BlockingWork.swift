import Dispatch

/// Work that blocks (files, /proc, spawning), kept away from the cooperative pool.
enum BlockingWork {
    private static let queue = DispatchQueue(label: "nodepilot.blocking", attributes: .concurrent)

    static func run<Value: Sendable>(
        on queue: DispatchQueue? = nil, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            (queue ?? Self.queue).async { continuation.resume(with: Result { try body() }) }
        }
    }

    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}
