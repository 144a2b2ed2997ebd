package import Core
package import Logging
import Synchronization

/// The logs of all projects, in `DATA/projects/NAME/logs`: one data file and one index for each stream of each instance.
/// One thread moves the bytes.
package final class LogBook: Sendable {
    package static let maximumLines = 5000

    private let projectsFolder: String
    private let limits: LogLimits
    private let logger: Logger
    private let poller: Poller
    private let logs = Mutex<[Project.ID: ProjectLog]>([:])
    private let scratch: Scratch

    /// - Parameter dataDirectory: absolute; a project's folder `projects/NAME` is there before its log is written.
    package init(dataDirectory: String, limits: LogLimits = LogLimits(), logger: Logger) throws {
        projectsFolder = dataDirectory + "/projects"
        self.limits = limits
        self.logger = logger
        poller = try Poller(name: "np-logs")
        scratch = Scratch(try LogWriter.Scratch())
    }

    /// The last lines before a number (or of all), oldest first.
    /// - Parameters:
    ///   - lines: at most 5000, and never more than 4 MiB of them.
    ///   - search: only lines that hold this text; ASCII letters match in either case.
    package func tail(
        _ project: Project.ID, name: ProjectName, lines: Int, before: Int64? = nil, stream: LogLine.Stream? = nil,
        search: String? = nil
    ) async throws -> [LogLine] {
        let filter = LogReader.Filter(stream: stream, search: search.flatMap { $0.isEmpty ? nil : $0 })
        return try await read(log(of: project, name), lines, before: before, after: 0, filter)
    }

    /// The lines after a number as they come; from now on when it is nil. Numbers that are gone are passed over.
    package func follow(_ project: Project.ID, name: ProjectName, after: Int64?) -> LogFollower {
        LogFollower(log: log(of: project, name), after: after)
    }

    /// A line of our own about an instance, on the stream `nodepilot`.
    package func note(_ project: Project.ID, name: ProjectName, instance: String, text: String) {
        let log = log(of: project, name)
        poller.perform { [scratch, logger] in
            let key = LogKey(instance: instance, stream: .nodepilot)
            let writer = LogWriter(key: key, log: log, scratch: scratch.value)
            defer { writer.close() }
            do {
                try writer.append(line: text)
            } catch {
                logger.warning(
                    "A remark did not get into the project's log",
                    metadata: ["project": "\(name)", "text": "\(text)", "error": "\(error)"])
            }
        }
    }

    /// Forgets and deletes a project's log, and ends who follows it. Its instances are stopped before.
    package func remove(_ project: Project.ID, name: ProjectName) async {
        let log = log(of: project, name)
        logs.withLock { $0[project] = nil }
        let done = Outcome<Void>()
        poller.perform {
            log.remove()
            done.settle(())
        }
        await done.value()
    }

    // MARK: - For the supervisor

    /// Begins to log what comes out of the FIFO at `path`.
    func source(
        _ project: Project.ID, name: ProjectName, instance: String, stream: LogLine.Stream, path: String,
        owner: UnixUsers.Identity?
    ) throws -> LogSource {
        let key = LogKey(instance: instance, stream: stream)
        let writer = LogWriter(key: key, log: log(of: project, name), scratch: scratch.value)
        return try LogSource(path: path, owner: owner, writer: writer, poller: poller)
    }

    /// The last lines of one instance after a number, without our own remarks.
    func lastWords(_ project: Project.ID, name: ProjectName, instance: String, after: Int64) async -> [String] {
        let filter = LogReader.Filter(instance: instance)
        // Without its last words the report is shorter, not wrong.
        let lines = try? await read(log(of: project, name), 60, before: nil, after: after, filter)
        return (lines ?? []).filter { $0.stream != .nodepilot }.suffix(20).map(\.text)
    }

    /// The number of the last line so far.
    func lastSeq(_ project: Project.ID, name: ProjectName) async -> Int64 {
        let log = log(of: project, name)
        // Unreadable: from the beginning, then.
        return (try? await BlockingWork.run { try log.lastSeq() }) ?? 0
    }

    // MARK: - Private

    /// Handed to the poller's work, which alone uses it.
    private final class Scratch: @unchecked Sendable {  // used on the poller's thread alone
        let value: LogWriter.Scratch

        init(_ value: LogWriter.Scratch) { self.value = value }
    }

    private func log(of project: Project.ID, _ name: ProjectName) -> ProjectLog {
        logs.withLock { logs in
            if let log = logs[project] { return log }
            let log = ProjectLog(folder: "\(projectsFolder)/\(name)/logs", limits: limits)
            logs[project] = log
            return log
        }
    }

    private func read(
        _ log: ProjectLog, _ lines: Int, before: Int64?, after: Int64, _ filter: LogReader.Filter
    ) async throws -> [LogLine] {
        let count = max(0, min(lines, Self.maximumLines))
        do {
            return try await BlockingWork.run {
                try LogReader(folder: log.folder, segments: log.segments())
                    .last(count, before: before, after: after, filter)
            }
        } catch {
            logger.error("A project's log cannot be read", metadata: ["folder": "\(log.folder)", "error": "\(error)"])
            throw NodePilotError(
                .internal, "The log could not be read.", hint: "The server's own log names the file and the reason.")
        }
    }
}
