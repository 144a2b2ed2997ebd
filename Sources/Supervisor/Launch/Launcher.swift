import CLinux
package import Core
import Glibc

/// Starts every process that is not ours by `nodepilot launch`, and runs jobs to their end.
package final class Launcher: CommandRunner, Sendable {
    private let path: String
    private let users: UnixUsers
    private let poller: Poller
    let residents = Residents()

    /// - Parameter path: a program whose `main` begins with `Launch.runIfAsked`: ourselves, outside of tests.
    package init(path: String = "/proc/self/exe", users: UnixUsers) throws {
        self.path = path
        self.users = users
        poller = try Poller(name: "np-watch")
    }

    package func run(_ job: Job, onLine: @escaping @Sendable (String) async -> Void) async throws -> ExitStatus {
        let plan = try await plan(for: job)
        let (reading, writing) = try Descriptor.pair("pipe", nodepilot_output_pipe)
        let input = try Descriptor.open(job.standardInput ?? "/dev/null", O_RDONLY)
        let process = try await start(plan, input: input, output: writing, error: writing)
        let output = ProcessOutput(reading, poller: poller)
        // In tasks of their own, so that cancelling the caller kills the job and still waits for its end.
        let relay = Task { await output.relay(to: onLine) }
        let watch = Task { await Self.watch(process, timeout: job.timeout) }
        return await withTaskCancellationHandler {
            let status = await watch.value
            output.end()
            await relay.value
            return status
        } onCancel: {
            process.killLeader()
        }
    }

    // MARK: - For the supervisor

    /// Starts a process and returns once it is the plan's program, or says why it could not become it.
    /// - Parameter onSpawn: told the process before it does anything; when it throws, the process does nothing at all.
    func start(
        _ plan: LaunchPlan, input: Descriptor, output: Descriptor, error: Descriptor,
        onSpawn: @escaping @Sendable (LaunchedProcess) throws -> Void = { _ in }
    ) async throws -> LaunchedProcess {
        let (process, failure) = try await BlockingWork.run { [self] in
            withExtendedLifetime((input, output, error)) {
                Result { try spawn(plan, [input.raw, output.raw, error.raw], onSpawn) }
            }
        }.get()
        guard let failure else { return process }
        process.killLeader()
        _ = await process.ended.value()
        await process.finish()
        throw failure
    }

    /// Watches descriptors for whoever works with this launcher's processes.
    var watcher: Poller { poller }

    // MARK: - Private

    private static func watch(_ process: LaunchedProcess, timeout: Duration) async -> ExitStatus {
        let status = await withTaskGroup(of: ExitStatus?.self) { group in
            group.addTask { await process.ended.value() }
            group.addTask {
                // Cancelled when the process ends first.
                do { try await Task.sleep(for: timeout) } catch { return nil }
                return .timedOut
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .unknown
        }
        if status == .timedOut {
            await process.killTree()
            _ = await process.ended.value()
        }
        await process.finish()
        return status
    }

    private func plan(for job: Job) async throws -> LaunchPlan {
        let identity = try await users.identity(job.identity)
        let isBuilder = if case .builder = job.identity { true } else { false }
        let program: LaunchPlan.Program =
            switch job.program {
            case .command(let arguments): .command(arguments)
            case .tool(let name, let arguments): .tool(name, arguments)
            }
        return LaunchPlan(
            program: program, environment: job.environment.map { "\($0.key)=\($0.value)" }.sorted(),
            workingDirectory: job.workingDirectory,
            user: users.isEnforced ? LaunchPlan.User(uid: identity.uid, gid: identity.gid) : nil,
            umask: isBuilder ? LaunchPlan.builderMask : LaunchPlan.runnerMask, limits: job.limits)
    }

    /// On a thread that may block: spawning takes a moment, and so does becoming another program.
    private func spawn(
        _ plan: LaunchPlan, _ standard: [Int32], _ onSpawn: (LaunchedProcess) throws -> Void
    ) throws -> (LaunchedProcess, NodePilotError?) {
        let (pid, channel) = try begin(plan, standard)
        let residence = plan.user.map { user in
            // Builds and unpacking make what is never changed again.
            let isBuilder = plan.umask == LaunchPlan.builderMask
            return Residence(
                residents: residents, user: user.uid, custom: isBuilder ? .endsWithEach : .endsWithLast)
        }
        let process = try LaunchedProcess(pid: pid, poller: poller, residence: residence)
        do {
            try onSpawn(process)
            try channel.writeAll([1])
        } catch {
            // It waits for its word, and ends when the channel closes without one.
            return (process, error as? NodePilotError ?? NodePilotError(.internal, "\(error)"))
        }
        return (process, report(from: channel))
    }

    /// Makes the process, which waits for its word on the channel. When this returns, the other end is the child's alone.
    private func begin(_ plan: LaunchPlan, _ standard: [Int32]) throws -> (pid_t, Descriptor) {
        try refuseNUL(in: plan)
        guard let memory = Descriptor(nodepilot_memory_file("plan")) else { throw SystemError("memfd_create") }
        try memory.writeAll(plan.encoded())
        lseek(memory.raw, 0, SEEK_SET)
        let (ours, theirs) = try Descriptor.pair("socketpair") { nodepilot_channel($0, 30) }
        var pid: pid_t = -1
        withCStrings(["nodepilot", "launch"]) { arguments in
            // No environment: what the plan says is the app's, and would work on us while we are still root.
            withCStrings([]) { environment in
                let inherited = standard + [memory.raw, theirs.raw]
                pid = nodepilot_spawn(path, arguments, environment, inherited, Int32(inherited.count))
            }
        }
        guard pid > 0 else { throw SystemError("spawn \(path)", -pid) }
        return (pid, ours)
    }

    /// What the child had to say before it became the program; nil when it did.
    private func report(from channel: Descriptor) -> NodePilotError? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 2048)
        while true {
            let count = read(channel.raw, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { return NodePilotError(.internal, "A process did not start within 30 seconds.") }
            if count == 0 { break }
            bytes.append(contentsOf: chunk.prefix(count))
        }
        if bytes.isEmpty { return nil }
        return LaunchFailure(encoded: bytes)?.inWords ?? NodePilotError(.internal, "A process could not be prepared.")
    }

    private func refuseNUL(in plan: LaunchPlan) throws(NodePilotError) {
        let words: [String]
        switch plan.program {
        case .command(let arguments): words = arguments
        case .tool(let name, let arguments): words = [name] + arguments
        }
        guard (words + plan.environment + [plan.workingDirectory]).allSatisfy({ !$0.utf8.contains(0) }) else {
            throw NodePilotError(.invalidInput, "A command, a folder or a variable contains a NUL character.")
        }
    }
}
