import Archive
import Builder
import Core
import Deploy
import FoundationEssentials
import Logging
import NIOPosix
import Store
import Supervisor

@testable import API

extension APIFixture {
    /// The routes that the daemon adds to the foundation, on real parts; nothing is started.
    static func serverRoutes(_ store: Store, _ services: APIServices, folder: String) throws -> [any RouteGroup] {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let users = try UnixUsers(prefix: "tapi")
        let launcher = try Launcher(users: users)
        let logs = try LogBook(dataDirectory: folder, logger: logger)
        let supervisor = try Supervisor(
            configuration: SupervisorConfiguration(dataDirectory: folder, runDirectory: "\(folder)/run"),
            launcher: launcher, users: users, logs: logs, logger: logger, onChange: { _ in })
        let addresses = SiteAddresses(domain: try HostName("panel.test"), httpsPort: 443)
        let hub = EventHub()
        let deployer = Deployer(
            tools: .init(
                store: store, supervisor: supervisor, logs: logs, users: users,
                unpacker: ArchiveUnpacker(runner: launcher), shelf: ToolShelf(path: "/usr/bin:/bin", runner: launcher),
                builder: ReleaseBuilder(runner: launcher), traffic: NoTraffic(), hub: hub, logger: logger),
            configuration: .init(
                folders: ProjectFolders(data: folder), addresses: addresses, searchPath: "/usr/bin:/bin"))
        let views = ProjectViews(store: store, supervisor: supervisor, deployer: deployer, addresses: addresses)
        let threads = NIOThreadPool.singleton
        let audit = services.audit
        return [
            ProjectRoutes(
                store: store, deployer: deployer, views: views,
                uploads: try UploadSpool(folder: "\(folder)/uploads", threads: threads), audit: audit),
            ConfigurationRoutes(store: store, deployer: deployer, views: views, addresses: addresses, audit: audit),
            DeploymentRoutes(store: store, hub: hub),
            LogRoutes(logs: logs),
            SystemRoutes(
                store: store, supervisor: supervisor, probe: SystemProbe(disk: folder), history: UsageHistory(),
                facts: .init(
                    commit: "abc1234", domain: "panel.test", address: "https://panel.test",
                    startedAt: Date(timeIntervalSince1970: 0), runtimes: { [] }, warnings: { [] })),
            EventRoutes(store: store, views: views, hub: hub),
        ]
    }
}

/// The edge stands in another target; these tests ask the API only.
private struct NoTraffic: TrafficSwitch {
    func publish(_ routes: [Route], for project: ProjectName) {}
    func drain(_ upstreams: [Upstream], timeout: Duration) async {}
}
