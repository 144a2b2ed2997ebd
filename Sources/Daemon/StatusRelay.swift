import Core
import Synchronization

/// Brings the supervisor's changes to the deployer, which is made after it. Changes of one project that come while the
/// last one is being handled are handled once.
final class StatusRelay: Sendable {
    private let pending = Mutex<Set<Project.ID>>([])
    private let changes: AsyncStream<Project.ID>
    private let continuation: AsyncStream<Project.ID>.Continuation

    init() {
        (changes, continuation) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    func send(_ project: Project.ID) {
        guard pending.withLock({ $0.insert(project).inserted }) else { return }
        continuation.yield(project)
    }

    /// Hands every change to `handle`, one after the other, until cancelled.
    func run(_ handle: @Sendable (Project.ID) async -> Void) async {
        for await project in changes {
            // Taken out before: what changes from now on has to be handled once more.
            _ = pending.withLock { $0.remove(project) }
            await handle(project)
        }
    }
}
