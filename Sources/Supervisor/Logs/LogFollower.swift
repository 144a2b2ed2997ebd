package import Core

/// The lines of a project as they come, in batches. It reads the files from its own position when it is woken, so that
/// a reader who does not keep up costs no memory; what was deleted meanwhile it does not see.
package struct LogFollower: AsyncSequence, Sendable {
    package typealias Element = [LogLine]

    static let batch = 500
    let log: ProjectLog
    let after: Int64?

    package func makeAsyncIterator() -> Iterator {
        Iterator(log: log, position: after, wakes: log.follow().makeAsyncIterator())
    }

    /// Ends when the project is removed or the task is cancelled.
    package struct Iterator: AsyncIteratorProtocol {
        let log: ProjectLog
        var position: Int64?
        var wakes: AsyncStream<Void>.Iterator

        package mutating func next() async throws -> [LogLine]? {
            let log = log
            var start = position ?? 0
            if position == nil { start = try await BlockingWork.run { try log.lastSeq() } }
            position = start
            while !Task.isCancelled {
                let after = start
                let lines = try await BlockingWork.run {
                    try LogReader(folder: log.folder, segments: log.segments()).first(LogFollower.batch, after: after)
                }
                if let last = lines.last {
                    position = last.seq
                    return lines
                }
                if await wakes.next() == nil { return nil }
            }
            return nil
        }
    }
}
