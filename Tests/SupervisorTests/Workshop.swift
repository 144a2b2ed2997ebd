import Core
import FoundationEssentials
import Glibc
import Logging
import Synchronization
import Testing

@testable import Supervisor

/// A folder, a launcher and a supervisor of a test's own; gone afterwards, with every process and user it made.
final class Workshop: Sendable {
    let root: String
    let users: UnixUsers
    let launcher: Launcher
    let logs: LogBook
    let supervisor: Supervisor
    let changes = Mutex<[Project.ID]>([])

    static let isRoot = geteuid() == 0
    static let project: Project.ID = 7
    static let path = "/usr/local/bin:/usr/bin:/bin"
    static var name: ProjectName { get throws { try ProjectName("shop") } }

    /// The built executable: it stands beside the test bundle.
    static var launcherPath: String {
        let link = ProcFile.link("/proc/self/exe") ?? ""
        return link.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/nodepilot"
    }

    static func with(
        enforced: Bool = false, limits: LogLimits = LogLimits(), grace: Duration = .seconds(5),
        backoff: Duration = .milliseconds(20), _ body: (Workshop) async throws -> Void
    ) async throws {
        let workshop = try Workshop(enforced: enforced, limits: limits, grace: grace, backoff: backoff)
        do {
            try await body(workshop)
        } catch {
            await workshop.clean()
            throw error
        }
        await workshop.clean()
    }

    private init(enforced: Bool, limits: LogLimits, grace: Duration, backoff: Duration) throws {
        let random = String(UInt32.random(in: .min ... .max), radix: 36)
        root = "/tmp/nodepilot-test-\(random)"
        for folder in ["", "/data", "/data/projects", "/data/projects/shop", "/app"] {
            try #require(mkdir(root + folder, 0o755) == 0)
            chmod(root + folder, 0o755)
        }
        users = enforced ? try UnixUsers(prefix: "t\(random)") : UnixUsers(unenforced: ())
        launcher = try Launcher(path: Self.launcherPath, users: users)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logs = try LogBook(dataDirectory: root + "/data", limits: limits, logger: logger)
        let box = Box()
        supervisor = try Supervisor(
            configuration: SupervisorConfiguration(
                dataDirectory: root + "/data", runDirectory: root + "/run", stopGrace: grace, firstBackoff: backoff,
                longestBackoff: backoff * 4),
            launcher: launcher, users: users, logs: logs, logger: logger
        ) { project in box.workshop?.changes.withLock { $0.append(project) } }
        box.set(self)
    }

    private final class Box: Sendable {
        private let state = Mutex<Workshop?>(nil)
        var workshop: Workshop? { state.withLock { $0 } }
        func set(_ workshop: Workshop?) { state.withLock { $0 = workshop } }
    }

    private func clean() async {
        await supervisor.stopAll()
        if users.isEnforced {
            do { try await users.remove(Self.project) } catch { Issue.record(error) }
        }
        do { try FileManager.default.removeItem(atPath: root) } catch { Issue.record(error) }
    }

    // MARK: - Making things

    func specification(
        _ arguments: [String], port: Int? = nil, environment: [String: String] = [:], service: String = "web",
        release: Int = 1
    ) throws -> InstanceSpecification {
        var all = ["PATH": Self.path]
        if let port { all["PORT"] = "\(port)" }
        return InstanceSpecification(
            project: Self.project, projectName: try Self.name, service: service, release: release,
            arguments: arguments, environment: all.merging(environment) { $1 }, workingDirectory: root + "/app",
            port: port)
    }

    func shell(_ script: String, port: Int? = nil) throws -> InstanceSpecification {
        try specification(["sh", "-c", script], port: port)
    }

    func job(
        _ arguments: [String], environment: [String: String] = ["PATH": path], timeout: Duration = .seconds(60),
        identity: Job.Identity = .runner(project), limits: ResourceLimits = ResourceLimits()
    ) -> Job {
        Job(
            .command(arguments), as: identity, in: root + "/app", environment: environment, limits: limits,
            timeout: timeout)
    }

    /// Runs a job and returns what it wrote.
    func run(_ job: Job) async throws -> (status: Core.ExitStatus, lines: [String]) {
        let lines = Mutex<[String]>([])
        let status = try await launcher.run(job) { line in lines.withLock { $0.append(line) } }
        return (status, lines.withLock { $0 })
    }

    func tail(_ lines: Int = 100, stream: LogLine.Stream? = nil) async throws -> [LogLine] {
        try await logs.tail(Self.project, name: Self.name, lines: lines, stream: stream)
    }

    func write(_ name: String, _ text: String) throws {
        let file = try Descriptor.open("\(root)/app/\(name)", O_WRONLY | O_CREAT | O_TRUNC, mode: 0o755)
        try file.writeAll(Array(text.utf8))
    }
}

/// Asks again until it is so, or the deadline has passed.
func eventually(
    within limit: Duration = .seconds(20), _ condition: () async throws -> Bool,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("It did not become so within \(limit).", sourceLocation: sourceLocation)
}

func isAlive(_ pid: Int32) -> Bool {
    ProcessTable.row(of: pid).map { !$0.isZombie } ?? false
}
