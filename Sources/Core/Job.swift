/// A process that runs to its end: unpacking, an install, a build. Run by a `CommandRunner`, always behind `nodepilot launch`.
package struct Job: Sendable {
    package enum Program: Sendable {
        /// argv of a program; the first word is looked up on PATH of `environment`.
        case command([String])
        /// A tool of ours that runs inside `launch` after it gave up its rights (`unpack`), with its arguments.
        case tool(String, [String])
    }

    /// Who the process is. Without root, everything is the daemon's own user.
    package enum Identity: Sendable, Hashable {
        /// `nb<number>`: owns releases.
        case builder(Project.ID)
        /// `np<number>`: runs the app.
        case runner(Project.ID)
        /// The system's user without rights: for what concerns no project.
        case nobody
    }

    package var program: Program
    package var identity: Identity
    package var workingDirectory: String
    /// The whole environment: nothing of the daemon's own is inherited.
    package var environment: [String: String]
    /// A file that becomes standard input, opened by the daemon with its own rights; nil is `/dev/null`.
    package var standardInput: String?
    package var limits: ResourceLimits
    /// SIGKILL to the whole session after this; the status is then `.timedOut`.
    package var timeout: Duration

    package init(
        _ program: Program, as identity: Identity, in workingDirectory: String, environment: [String: String],
        standardInput: String? = nil, limits: ResourceLimits = ResourceLimits(), timeout: Duration
    ) {
        self.program = program
        self.identity = identity
        self.workingDirectory = workingDirectory
        self.environment = environment
        self.standardInput = standardInput
        self.limits = limits
        self.timeout = timeout
    }
}

/// setrlimit(2); nil leaves the default of `launch`.
package struct ResourceLimits: Codable, Hashable, Sendable {
    package var openFiles: UInt64?
    package var processes: UInt64?
    package var fileSizeBytes: UInt64?
    package var addressSpaceBytes: UInt64?
    package var cpuSeconds: UInt64?

    package init(
        openFiles: UInt64? = nil, processes: UInt64? = nil, fileSizeBytes: UInt64? = nil,
        addressSpaceBytes: UInt64? = nil, cpuSeconds: UInt64? = nil
    ) {
        self.openFiles = openFiles
        self.processes = processes
        self.fileSizeBytes = fileSizeBytes
        self.addressSpaceBytes = addressSpaceBytes
        self.cpuSeconds = cpuSeconds
    }
}

/// How a process ended. A value, not an error.
package enum ExitStatus: Hashable, Sendable {
    case exited(Int32)
    case signaled(Int32)
    case timedOut
    /// Reaped by somebody else (an adopted process): the kernel has no status for us.
    case unknown

    package var isSuccess: Bool { self == .exited(0) }

    /// "exit code 1", "killed by signal 9 (SIGKILL)".
    package var inWords: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signaled(let number): "killed by signal \(number)\(Self.names[number].map { " (\($0))" } ?? "")"
        case .timedOut: "killed at its time limit"
        case .unknown: "an unknown exit status"
        }
    }

    /// signal(7) on x86-64 and arm64, those that end programs.
    private static let names: [Int32: String] = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
        11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 24: "SIGXCPU", 25: "SIGXFSZ", 31: "SIGSYS",
    ]
}

/// Runs jobs. The supervisor's launcher is the only one outside tests.
package protocol CommandRunner: Sendable {
    /// Runs `job` to its end and kills what is left of its session.
    /// - Parameter onLine: each line of stdout and stderr in the order read, without its newline, cut at 8 KiB.
    ///   Called one at a time; a slow reader slows the job, it does not grow our memory.
    /// - Throws: `NodePilotError` when it could not be started. How it ended is the result, not an error.
    /// Cancelling the calling task kills the job.
    func run(_ job: Job, onLine: @escaping @Sendable (String) async -> Void) async throws -> ExitStatus
}
