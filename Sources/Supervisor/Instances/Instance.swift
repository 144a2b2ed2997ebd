import Core
import FoundationEssentials

/// One instance while the supervisor looks after it. Only ever touched by the supervisor.
final class Instance {
    let id: InstanceID
    let specification: InstanceSpecification
    /// The user it runs as; nil: our own.
    let identity: UnixUsers.Identity?
    let output: LogSource
    let error: LogSource
    /// The number of the project's last log line before it.
    let firstSeq: Int64

    var state: InstanceStatus.State = .starting
    var process: LaunchedProcess?
    var startedAt: Date?
    var started = ContinuousClock.now
    var restarts = 0
    var lastExit: ExitStatus?
    var policy: RestartPolicy
    var stopDeadline = ContinuousClock.now
    var ticks: UInt64 = 0
    var measured: ContinuousClock.Instant?
    var cpuPercent = 0.0
    var memoryBytes: Int64 = 0

    /// Looks after it from start to stop; owned and awaited by `ending`.
    var life: Task<Void, Never>?
    var ending: Task<ExitStatus?, Never>?
    /// How its first process ended.
    let ended = Outcome<ExitStatus>()
    /// True: restart it from now on; false: it will not be.
    let kept = Outcome<Bool>()
    let stopping = Outcome<Void>()
    /// Nothing of it is left.
    let gone = Outcome<Void>()

    init(
        id: InstanceID, specification: InstanceSpecification, identity: UnixUsers.Identity?, output: LogSource,
        error: LogSource, firstSeq: Int64, policy: RestartPolicy
    ) {
        self.id = id
        self.specification = specification
        self.identity = identity
        self.output = output
        self.error = error
        self.firstSeq = firstSeq
        self.policy = policy
    }

    var isKept: Bool { kept.current == true }
    var isStopping: Bool { stopping.current != nil }

    var status: InstanceStatus {
        InstanceStatus(
            name: specification.name, service: specification.service, release: specification.release, state: state,
            pid: process?.pid, port: specification.port, startedAt: process == nil ? nil : startedAt,
            restarts: restarts, lastExit: lastExit?.inWords, cpuPercent: process == nil ? 0 : cpuPercent,
            memoryBytes: process == nil ? 0 : memoryBytes)
    }

    /// Its record without a process.
    func record(uid: UInt32) -> InstanceRecord {
        InstanceRecord(
            project: specification.project, projectName: specification.projectName, service: specification.service,
            index: specification.index, release: specification.release, port: specification.port, pid: 0,
            startTime: 0, boot: InstanceRecord.currentBoot, restarts: restarts, uid: uid,
            outputPath: output.path, errorPath: error.path)
    }
}
