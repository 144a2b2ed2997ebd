import Archive
import Builder
import Core
import FoundationEssentials
import Glibc
import Logging
import Store
import Synchronization
import TestSupport
import Testing

@testable import Deploy
@testable import Supervisor

/// A data folder of a test's own with everything that deploys, and the same folder after a restart of the daemon.
final class Yard: Sendable {
    let folder: TemporaryFolder
    let users: UnixUsers
    let store: Store
    let launcher: Launcher
    let logs: LogBook
    let supervisor: Supervisor
    let traffic = RecordedTraffic()
    let hub = EventHub()
    let deployer: Deployer
    let owner: User
    private let relay: Task<Void, Never>
    private let changes: AsyncStream<Project.ID>.Continuation

    static let path = "/usr/local/bin:/usr/bin:/bin"
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let isRoot = geteuid() == 0

    var data: String { folder.path + "/data" }

    /// Runs `body`, then stops every process, removes every user and the folder.
    static func with(
        enforced: Bool = false, _ configure: (inout Deployer.Configuration) -> Void = { _ in },
        _ body: (Yard) async throws -> Void
    ) async throws {
        let random = String(UInt32.random(in: .min ... .max), radix: 36)
        let users = enforced ? try UnixUsers(prefix: "y\(random)") : UnixUsers(unenforced: ())
        let yard = try await Yard(TemporaryFolder(), users, configure)
        try await yard.finishing(body)
    }

    /// A second daemon on the same folder: the first one's database is closed, its processes are left as they are.
    func restarted(
        _ configure: (inout Deployer.Configuration) -> Void = { _ in }, _ body: (Yard) async throws -> Void
    ) async throws {
        store.close()
        let yard = try await Yard(folder, users, configure)
        try await yard.finishing(body)
    }

    private init(
        _ folder: TemporaryFolder, _ users: UnixUsers, _ configure: (inout Deployer.Configuration) -> Void
    ) async throws {
        self.folder = folder
        self.users = users
        let data = try folder.folder("data")
        chmod(data, 0o711)
        try ProjectFolders(data: data).prepare()
        store = try await Store.open(directory: data, logger: Self.quiet)
        owner =
            if let known = try await store.user(named: "ada") {
                known
            } else {
                try await store.createUser(username: "ada", role: .user, passwordHash: "$2b$none")
            }
        launcher = try Launcher(path: ProcessRunner.product("nodepilot"), users: users)
        logs = try LogBook(dataDirectory: data, logger: Self.quiet)
        let (stream, changes) = AsyncStream.makeStream(of: Project.ID.self)
        self.changes = changes
        supervisor = try Supervisor(
            configuration: SupervisorConfiguration(
                dataDirectory: data, runDirectory: data + "/run", stopGrace: .seconds(5),
                firstBackoff: .milliseconds(50), longestBackoff: .milliseconds(200)),
            launcher: launcher, users: users, logs: logs, logger: Self.quiet, onChange: { changes.yield($0) })
        var configuration = Deployer.Configuration(
            folders: ProjectFolders(data: data),
            addresses: SiteAddresses(domain: try HostName("example.test"), httpsPort: 443), searchPath: Self.path)
        configuration.health.timeout = .seconds(30)
        configuration.health.aliveFor = .milliseconds(200)
        configuration.drain = .seconds(1)
        configure(&configuration)
        let deployer = Deployer(
            tools: .init(
                store: store, supervisor: supervisor, logs: logs, users: users,
                unpacker: ArchiveUnpacker(runner: launcher), shelf: ToolShelf(path: Self.path, runner: launcher),
                builder: ReleaseBuilder(runner: launcher), traffic: traffic, hub: hub, logger: Self.quiet),
            configuration: configuration)
        self.deployer = deployer
        relay = Task { for await project in stream { await deployer.refreshStatus(of: project) } }
    }

    private func finishing(_ body: (Yard) async throws -> Void) async throws {
        let result: Result<Void, any Error>
        do { result = .success(try await body(self)) } catch { result = .failure(error) }
        await deployer.shutdown()
        changes.finish()
        await relay.value
        if users.isEnforced {
            // The store may be closed by the test.
            for project in (try? await store.projects()) ?? [] { try await users.remove(project.id) }
        }
        store.close()
        try result.get()
    }

    // MARK: - Uploads

    /// An archive of these files, as the API hands it over.
    func upload(_ files: [String: String]) throws -> Upload {
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        for (path, text) in files { try folder.write("sources/\(name)/\(path)", text) }
        let archive = "\(data)/uploads/\(name).upload"
        let report = try ArchivePacker.pack(folder: "\(folder.path)/sources/\(name)", to: archive) { _ in }
        return upload(at: archive, bytes: Int64(report.archiveBytes))
    }

    func brokenUpload() throws -> Upload {
        upload(at: try folder.write("data/uploads/broken.upload", "PK no archive at all"), bytes: 20)
    }

    private func upload(at path: String, bytes: Int64) -> Upload {
        Upload(path: path, sizeBytes: bytes, startedAt: Date(), received: .milliseconds(3))
    }

    // MARK: - Deploying

    @discardableResult
    func create(
        _ name: String, _ files: [String: String], port: Int? = nil, environment: [EnvironmentVariable] = []
    ) async throws -> Deployment {
        try await deployer.create(
            ProjectRequest(
                name: name, displayName: nil, startCommand: nil, port: port, environment: environment),
            upload: upload(files), owner: owner.id, by: "ada")
    }

    @discardableResult
    func deploy(_ files: [String: String], to name: String) async throws -> Deployment {
        try await deployer.deploy(upload(files), to: project(name), by: "ada")
    }

    func project(_ name: String) async throws -> Project {
        try #require(try await store.project(named: ProjectName(name)))
    }

    /// Creates and waits until it is live.
    @discardableResult
    func live(_ name: String, _ files: [String: String], port: Int? = nil) async throws -> Project {
        let end = try await ended(try await create(name, files, port: port))
        try #require(end.status == .success, "\(end.notes)")
        return try await project(name)
    }

    /// The deployment as it ended.
    func ended(_ deployment: Deployment, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Deployment {
        try await eventually(sourceLocation: sourceLocation) {
            try await self.store.deployment(id: deployment.id)?.status.isFinal != false
        }
        return try #require(try await store.deployment(id: deployment.id), sourceLocation: sourceLocation)
    }

    func log(of deployment: Deployment) async throws -> [String] {
        try await store.deploymentLog(id: deployment.id).map(\.text)
    }

    // MARK: - Looking

    var stages: [String] { ProjectFolders(data: data).entries(of: data + "/staging") }
    var uploads: [String] { ProjectFolders(data: data).entries(of: data + "/uploads") }
    func releaseFolders(_ name: String) -> [String] {
        ProjectFolders(data: data).entries(of: "\(data)/projects/\(name)/releases").sorted()
    }

    func exists(_ path: String) -> Bool { access("\(data)/\(path)", F_OK) == 0 }

    /// What the project's one instance answers, asked where the edge would ask.
    func answer(of name: String) async throws -> String? {
        guard case .upstreams(let upstreams) = traffic.target(of: name), let port = upstreams.first?.port else {
            return nil
        }
        return await Loopback.get(port)
    }

    func pids(of name: String) async throws -> [Int32] {
        await supervisor.instances(of: try await project(name).id).compactMap(\.pid)
    }
}

/// Asks again until it is so, or the deadline has passed.
func eventually(
    within limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("It did not become so within \(limit).", sourceLocation: sourceLocation)
}
