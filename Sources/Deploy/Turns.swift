/// First come, first served: one holder a key at a time.
actor Turns<Key: Hashable & Sendable> {
    private var waiting: [Key: [CheckedContinuation<Void, Never>]] = [:]

    /// Runs `body` when everyone who came before with the same key is through.
    nonisolated func withTurn<Result: Sendable>(
        _ key: Key, onWait: @Sendable () async -> Void = {}, _ body: @Sendable () async throws -> Result
    ) async rethrows -> Result {
        if await isTaken(key) { await onWait() }
        await take(key)
        do {
            let result = try await body()
            await give(key)
            return result
        } catch {
            await give(key)
            throw error
        }
    }

    // MARK: - Private

    private func isTaken(_ key: Key) -> Bool { waiting[key] != nil }

    private func take(_ key: Key) async {
        guard waiting[key] != nil else {
            waiting[key] = []
            return
        }
        await withCheckedContinuation { waiting[key]?.append($0) }
    }

    private func give(_ key: Key) {
        guard var queue = waiting[key], !queue.isEmpty else {
            waiting[key] = nil
            return
        }
        let next = queue.removeFirst()
        waiting[key] = queue
        next.resume()
    }
}
