import Archive
import Builder
import Core
import Deploy
import FoundationEssentials
import Logging
import NIOPosix
import Store
import Synchronization
import TestSupport

@testable import API
@testable import Supervisor

/// What the daemon adds to the foundation, on real parts: projects, deployments, logs, the system, events.
final class ServerSide: Sendable {
    let hub = EventHub()
    let traffic = RecordedTraffic()
    let history = UsageHistory()
    let logs: LogBook
    let supervisor: Supervisor
    let deployer: Deployer
    let groups: [any RouteGroup]

    init(_ store: Store, _ services: APIServices, folder: String) throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let users = UnixUsers(unenforced: ())
        let launcher = try Launcher(path: ProcessRunner.product("nodepilot"), users: users)
        logs = try LogBook(dataDirectory: folder, logger: logger)
        supervisor = try Supervisor(
            configuration: SupervisorConfiguration(dataDirectory: folder, runDirectory: "\(folder)/run"),
            launcher: launcher, users: users, logs: logs, logger: logger, onChange: { _ in })
        let addresses = SiteAddresses(domain: try HostName("panel.test"), httpsPort: 443)
        let folders = ProjectFolders(data: folder)
        try folders.prepare()
        let path = "/usr/local/bin:/usr/bin:/bin"
        deployer = Deployer(
            tools: .init(
                store: store, supervisor: supervisor, logs: logs, users: users,
                unpacker: ArchiveUnpacker(runner: launcher), shelf: ToolShelf(path: path, runner: launcher),
                builder: ReleaseBuilder(runner: launcher), traffic: traffic, hub: hub, logger: logger),
            configuration: .init(folders: folders, addresses: addresses, searchPath: path))
        let views = ProjectViews(store: store, supervisor: supervisor, deployer: deployer, addresses: addresses)
        let audit = services.audit
        groups = [
            ProjectRoutes(
                store: store, deployer: deployer, views: views,
                uploads: try UploadSpool(folder: "\(folder)/uploads", threads: NIOThreadPool.singleton), audit: audit),
            ConfigurationRoutes(store: store, deployer: deployer, views: views, addresses: addresses, audit: audit),
            DeploymentRoutes(store: store, hub: hub),
            LogRoutes(logs: logs),
            SystemRoutes(
                store: store, supervisor: supervisor, probe: SystemProbe(disk: folder), history: history,
                facts: .init(
                    commit: "abc1234", domain: "panel.test", address: "https://panel.test",
                    startedAt: Date(timeIntervalSince1970: 0), runtimes: { ["Node.js 20.1.0"] },
                    warnings: { ["Something is missing."] })),
            EventRoutes(store: store, views: views, hub: hub),
        ]
    }
}

/// The edge stands in another target and listens on public ports; these tests look at what it was told.
final class RecordedTraffic: TrafficSwitch {
    private let routes = Mutex<[ProjectName: [Route]]>([:])

    func publish(_ routes: [Route], for project: ProjectName) { self.routes.withLock { $0[project] = routes } }

    func drain(_ upstreams: [Upstream], timeout: Duration) async {}

    func hosts(of project: Project) -> [String] {
        routes.withLock { $0[project.name]?.map(\.host.rawValue) ?? [] }
    }
}
