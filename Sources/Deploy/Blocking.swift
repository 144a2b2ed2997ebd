import Dispatch

/// Work that waits for the disk, off the event loops and off the cooperative pool.
enum Blocking {
    private static let queue = DispatchQueue(label: "nodepilot.deploy.disk", attributes: .concurrent)

    static func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}
