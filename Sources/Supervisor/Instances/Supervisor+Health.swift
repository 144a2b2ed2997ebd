import Core
import Glibc

extension Supervisor {
    /// Waits until a started instance serves.
    /// - Parameter onAttempt: the number of the attempt and what it found, in words.
    /// - Throws: `.unprocessable` as soon as the process ends (with its last lines as output), when another user's
    ///   process has the port, or when the time is up, saying what was seen. The instance is left as it is.
    package func awaitHealthy(
        _ id: InstanceID, check: HealthCheck, onAttempt: @escaping @Sendable (Int, String) -> Void = { _, _ in }
    ) async throws -> HealthReport {
        guard let instance = instances[id] else { throw NodePilotError(.conflict, "The instance was stopped.") }
        let ended = instance.ended
        guard let process = instance.process else { throw await endedTooSoon(id, ended.current) }
        let watch = HealthWatch(
            instance: instance.specification.name, pid: process.pid, port: instance.specification.port, check: check,
            uid: instance.identity?.uid ?? geteuid(),
            others: instances.values.filter { $0.id != id }.compactMap { $0.process?.pid }, poller: launcher.watcher)
        return try await withThrowingTaskGroup(of: HealthReport?.self) { group in
            group.addTask { try await watch.run(onAttempt) }
            group.addTask {
                // Nil when the other one was quicker.
                guard let status = await ended.value() else { return nil }
                throw await self.endedTooSoon(id, status)
            }
            defer { group.cancelAll() }
            while let report = try await group.next() {
                if let report { return report }
            }
            throw CancellationError()
        }
    }

    /// The last lines, 20 at most, that an instance has written since its start, oldest first.
    package func output(of id: InstanceID) async -> [String] {
        guard let instance = instances[id] else { return [] }
        let specification = instance.specification
        return await logs.lastWords(
            specification.project, name: specification.projectName, instance: specification.name,
            after: instance.firstSeq)
    }

    // MARK: - Private

    private func endedTooSoon(_ id: InstanceID, _ status: ExitStatus?) async -> NodePilotError {
        guard let instance = instances[id], !instance.isStopping else {
            return NodePilotError(.conflict, "The instance was stopped before it was healthy.")
        }
        let specification = instance.specification
        let lines = await output(of: id)
        let how = status.map { ": \($0.inWords)" } ?? ""
        let words = LastWords(lines: lines)
        let cause = words.cause.map { " \($0)" } ?? ""
        var error = NodePilotError(
            .unprocessable, "\(specification.name) ended before it was healthy\(how).\(cause)", hint: words.advice)
        error.output = lines
        return error
    }
}
