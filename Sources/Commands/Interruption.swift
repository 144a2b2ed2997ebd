/// Ctrl-C.
struct Interrupted: Error {}

/// Runs `work` until it is done or the person presses Ctrl-C; then it is cancelled.
/// - Throws: `Interrupted`, or what `work` throws.
func untilInterrupted<Result: Sendable>(
    _ context: CommandContext, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            await context.interruption()
            try Task.checkCancellation()
            throw Interrupted()
        }
        defer { group.cancelAll() }
        while let result = try await group.next() {
            if let result { return result }
        }
        throw CancellationError()
    }
}
