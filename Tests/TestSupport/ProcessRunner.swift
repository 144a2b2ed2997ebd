package import Core
import Dispatch
import Glibc

/// A `CommandRunner` for tests: real processes in a session of their own, without dropping rights.
package struct ProcessRunner: CommandRunner {
    /// The command that stands for a tool of ours, by the tool's name; the tool's arguments follow it.
    private let tools: [String: [String]]

    package init(tools: [String: [String]] = [:]) {
        self.tools = tools
    }

    /// An executable that was built beside the tests.
    package static func product(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/\(name)"
    }

    package func run(_ job: Job, onLine: @escaping @Sendable (String) async -> Void) async throws -> ExitStatus {
        let child = try ChildProcess(arguments: arguments(job), job: job)
        let queue = DispatchQueue(label: "test.process")
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        queue.async { child.readLines(into: continuation) }
        let timer = DispatchSource.makeTimerSource(queue: .global())
        timer.setEventHandler { child.kill(timedOut: true) }
        timer.schedule(deadline: .now() + .nanoseconds(Int(job.timeout / .nanoseconds(1))))
        timer.resume()
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            for await line in lines { await onLine(line) }
            return await withCheckedContinuation { done in queue.async { done.resume(returning: child.wait()) } }
        } onCancel: {
            child.kill(timedOut: false)
        }
    }

    // MARK: - Private

    private func arguments(_ job: Job) throws -> [String] {
        var limits = ["/usr/bin/env", "--chdir=\(job.workingDirectory)", "/usr/bin/prlimit"]
        if let bytes = job.limits.addressSpaceBytes { limits.append("--as=\(bytes)") }
        if let bytes = job.limits.fileSizeBytes { limits.append("--fsize=\(bytes)") }
        if let count = job.limits.openFiles { limits.append("--nofile=\(count)") }
        if let seconds = job.limits.cpuSeconds { limits.append("--cpu=\(seconds)") }
        switch job.program {
        case .command(let words): return limits + words
        case .tool(let name, let words):
            guard let command = tools[name] else { throw NodePilotError(.internal, "no tool \(name)") }
            return limits + command + words
        }
    }
}
