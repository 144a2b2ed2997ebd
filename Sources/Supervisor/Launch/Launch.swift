import CLinux
import Core
import Glibc

/// `nodepilot launch`: the only door to user code. It makes a clean process out of a copy of ourselves and becomes the
/// program of its plan.
package enum Launch {
    /// Where the parent puts the plan, and the channel on which it waits for a word.
    static let planDescriptor: Int32 = 3
    static let channelDescriptor: Int32 = 4

    /// Called first thing in `main`, before any argument is parsed and any thread is made. Returns at once unless the
    /// first argument is `launch`; then it never returns.
    /// - Parameter tools: what may run in this process after it gave up its rights: a name and what it does with its
    ///   arguments; the result is the exit status.
    package static func runIfAsked(tools: [String: @Sendable ([String]) -> Int32]) {
        guard CommandLine.arguments.dropFirst().first == "launch" else { return }
        let plan = takePlan()
        report(become(plan, tools))
        _exit(126)
    }

    // MARK: - Private

    /// The plan; from here on the channel stands at its descriptor, the only one above 2, and closes itself on exec.
    private static func takePlan() -> LaunchPlan? {
        awaitGo()
        let plan = contents(of: planDescriptor).flatMap { LaunchPlan(encoded: $0) }
        guard nodepilot_move_descriptor(channelDescriptor, planDescriptor) == 0, nodepilot_close_from(4) == 0 else {
            _exit(125)
        }
        return plan
    }

    private static func become(
        _ plan: LaunchPlan?, _ tools: [String: @Sendable ([String]) -> Int32]
    ) -> LaunchFailure {
        guard let plan else { return LaunchFailure(.plan, EBADF) }
        do throws(LaunchFailure) {
            try prepare(plan)
            switch plan.program {
            case .command(let arguments): throw execute(arguments, plan.environment)
            case .tool(let name, let arguments):
                guard let tool = tools[name] else { throw LaunchFailure(.tool, ENOENT, name) }
                withCStrings(plan.environment, isKept: true) { _ = nodepilot_set_environment($0) }
                // Its closing is the word that the tool runs.
                close(planDescriptor)
                let status = tool(arguments)
                fflush(nil)
                _exit(status)
            }
        } catch {
            return error
        }
    }

    /// The parent writes one byte when it has noted our number. A parent that died before that leaves nobody to look
    /// after us.
    private static func awaitGo() {
        var byte: UInt8 = 0
        var count = 0
        repeat { count = read(channelDescriptor, &byte, 1) } while count < 0 && errno == EINTR
        if count < 0 {
            let words = "nodepilot launch is run by the server itself; there is nothing in it for people.\n"
            _ = words.withCString { write(2, $0, strlen($0)) }
            _exit(2)
        }
        guard count == 1 else { _exit(125) }
    }

    private static func prepare(_ plan: LaunchPlan) throws(LaunchFailure) {
        try check(nodepilot_reset_signals(), .session)
        guard setsid() >= 0 else { throw LaunchFailure(.session, errno) }
        try setLimits(plan.limits)
        umask(mode_t(plan.umask))
        if let user = plan.user {
            guard user.uid != 0 else { throw LaunchFailure(.user, EPERM) }
            try check(nodepilot_become(user.uid, user.gid), .user)
        }
        // After the drop: a folder that the user cannot reach is told here and in words, not by a puzzled app later.
        guard chdir(plan.workingDirectory) == 0 else { throw LaunchFailure(.directory, errno, plan.workingDirectory) }
        try check(nodepilot_no_new_privileges(), .privileges)
    }

    private static func setLimits(_ limits: ResourceLimits) throws(LaunchFailure) {
        try check(nodepilot_set_limit(nodepilot_limit_core, 0), .limits)
        let openFiles = limits.openFiles ?? LaunchPlan.defaultOpenFiles
        try check(nodepilot_set_limit(nodepilot_limit_open_files, openFiles), .limits)
        let others: [(nodepilot_limit, UInt64?)] = [
            (nodepilot_limit_processes, limits.processes), (nodepilot_limit_file_size, limits.fileSizeBytes),
            (nodepilot_limit_address_space, limits.addressSpaceBytes), (nodepilot_limit_cpu_seconds, limits.cpuSeconds),
        ]
        for case (let limit, let value?) in others { try check(nodepilot_set_limit(limit, value), .limits) }
    }

    /// Tries the program on every folder of the plan's PATH, as execvp(3) does with its own. Returns why it failed.
    private static func execute(_ arguments: [String], _ environment: [String]) -> LaunchFailure {
        guard let program = arguments.first, !program.isEmpty else { return LaunchFailure(.program, ENOENT) }
        var reason = ENOENT
        for path in candidates(for: program, environment) {
            var failure = becomeProgram(at: path, arguments, environment)
            if failure == ENOEXEC {
                // A script without a first line that says by what: the shell's, as POSIX has it for execvp.
                _ = becomeProgram(at: "/bin/sh", ["/bin/sh", path] + arguments.dropFirst(), environment)
            }
            // A script whose interpreter is missing is ENOENT too, though the script is there.
            if failure == ENOENT, access(path, F_OK) == 0 { failure = ENOEXEC }
            if failure != ENOENT && failure != ENOTDIR { reason = failure }
        }
        return LaunchFailure(.program, reason, program)
    }

    /// Returns only when it failed: errno.
    private static func becomeProgram(at path: String, _ arguments: [String], _ environment: [String]) -> Int32 {
        var failure: Int32 = 0
        withCStrings(arguments) { words in
            withCStrings(environment) { variables in
                _ = nodepilot_execute(path, words, variables)
                failure = errno
            }
        }
        return failure
    }

    private static func candidates(for program: String, _ environment: [String]) -> [String] {
        if program.contains("/") { return [program] }
        let path = environment.first { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(program)" }
    }

    private static func check(_ result: Int32, _ stage: LaunchFailure.Stage) throws(LaunchFailure) {
        guard result == 0 else { throw LaunchFailure(stage, errno) }
    }

    private static func report(_ failure: LaunchFailure) {
        let bytes = failure.encoded
        // The parent may be gone, and then there is nobody to tell.
        _ = write(planDescriptor, bytes, bytes.count)
    }

    private static func contents(of descriptor: Int32) -> [UInt8]? {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return all }
            all.append(contentsOf: chunk.prefix(count))
        }
    }
}
