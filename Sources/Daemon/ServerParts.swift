import API
import Archive
import Builder
import Certificates
import Core
import Deploy
import Edge
import FoundationEssentials
import Glibc
import Logging
import NIOCore
import NIOPosix
import Store
import Supervisor
import TLS

/// The parts of a running server, introduced to each other.
struct ServerParts: Sendable {
    let store: Store
    let deployer: Deployer
    let edge: Edge
    let api: APIServer
    let sampler: MetricsSampler
    private let changes: StatusRelay
    private let certificates: CertificateStore
    private let setupCode: SetupCode
    private let addresses: SiteAddresses
    private let logger: Logger

    /// - Parameter ready: called when the control plane listens.
    static func assemble(
        _ configuration: ServerConfiguration, commit: String, group: any EventLoopGroup, threads: NIOThreadPool,
        startedAt: Date, logger: Logger, ready: @escaping @Sendable () async -> Void
    ) async throws -> ServerParts {
        let data = configuration.data
        let domain = try DomainChoice.domain(of: configuration)
        let addresses = SiteAddresses(domain: domain, httpsPort: try configuration.httpsPort())
        let folders = ProjectFolders(data: data)
        try folders.prepare()
        let hub = EventHub()
        let store = try await Store.open(directory: data, logger: logger)
        let certificates = try CertificateStore(
            directory: "\(data)/certificates", names: DomainChoice.names(domain), addresses: DomainChoice.addresses(),
            now: startedAt)
        let edge = Edge(
            configuration: edgeConfiguration(configuration, domain), group: group, logger: logger,
            secureHandler: { TLSServerHandler(selector: certificates) })

        let users = try UnixUsers(prefix: configuration.userPrefix)
        let launcher = try Launcher(users: users)
        let logs = try LogBook(dataDirectory: data, logger: logger)
        let changes = StatusRelay()
        let supervisor = try Supervisor(
            configuration: SupervisorConfiguration(dataDirectory: data, runDirectory: "\(data)/run"),
            launcher: launcher, users: users, logs: logs, logger: logger, onChange: { changes.send($0) })
        let shelf = ToolShelf(path: configuration.searchPath, runner: launcher)
        let deployer = Deployer(
            tools: .init(
                store: store, supervisor: supervisor, logs: logs, users: users,
                unpacker: ArchiveUnpacker(runner: launcher), shelf: shelf, builder: ReleaseBuilder(runner: launcher),
                traffic: edge, hub: hub, logger: logger),
            configuration: .init(folders: folders, addresses: addresses, searchPath: configuration.searchPath))

        let probe = SystemProbe(disk: data)
        let history = UsageHistory()
        let hasUsers = try await store.hasUsers()
        let setupCode = try SetupCode(path: "\(data)/setup-code", needed: !hasUsers)
        let services = try await APIServices(
            store: store, hasher: PasswordHasher(),
            key: AccessKey.load(path: "\(data)/secrets/access.key", databaseExists: hasUsers),
            setupCode: setupCode, origins: Origins([addresses.dashboard]))
        let views = ProjectViews(store: store, supervisor: supervisor, deployer: deployer, addresses: addresses)
        let uploads = try UploadSpool(folder: folders.uploads, limit: configuration.uploadLimit, threads: threads)
        let facts = SystemRoutes.Facts(
            commit: commit, domain: domain.rawValue, address: addresses.dashboard, startedAt: startedAt,
            runtimes: { (try? await shelf.tools().runtimes) ?? [] },  // unknown is shown as none
            warnings: {
                let tools = try? await shelf.tools()  // unknown is shown as missing
                return Warnings(domain: domain, tools: tools).sentences
            })
        let groups: [any RouteGroup] =
            services.foundationRoutes(version: Version.number) + [
                ProjectRoutes(
                    store: store, deployer: deployer, views: views, uploads: uploads, audit: services.audit),
                ConfigurationRoutes(
                    store: store, deployer: deployer, views: views, addresses: addresses, audit: services.audit),
                DeploymentRoutes(store: store, hub: hub),
                LogRoutes(logs: logs),
                SystemRoutes(store: store, supervisor: supervisor, probe: probe, history: history, facts: facts),
                EventRoutes(store: store, views: views, hub: hub),
                DashboardRoutes(DashboardAssets(EmbeddedAsset.dashboard())),
            ]
        let api = APIServer(
            configuration: .init(runFolder: "\(data)/run", owner: geteuid()),
            router: APIRouter(groups, services: services), eventLoopGroup: group, logger: logger, onListening: ready)
        let sampler = MetricsSampler(
            supervisor: supervisor, probe: probe, history: history, hub: hub,
            interval: SupervisorConfiguration.metricsInterval)
        return ServerParts(
            store: store, deployer: deployer, edge: edge, api: api, sampler: sampler, changes: changes,
            certificates: certificates, setupCode: setupCode, addresses: addresses, logger: logger)
    }

    /// Says where the server is to be found, and until there is an administrator, how to make one.
    func announce() async {
        if let notice = certificates.notice { logger.notice("\(notice)") }
        logger.notice("NodePilot \(Version.number) answers at \(addresses.dashboard)")
        logger.notice("Its certificate is self-signed, SHA-256 fingerprint \(certificates.fingerprint())")
        if let code = await setupCode.current() {
            logger.notice("Open \(addresses.dashboard)/setup and make the administrator with the code \(code)")
        }
    }

    /// Keeps every project's status as its instances are, until cancelled.
    func relayStatus() async {
        await changes.run { await deployer.refreshStatus(of: $0) }
    }

    /// Starts the apps that are wanted to run.
    func resumeApps() async {
        do {
            try await deployer.resume()
        } catch {
            logger.critical("The apps could not be started", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Private

    private static func edgeConfiguration(
        _ configuration: ServerConfiguration, _ domain: HostName
    ) -> EdgeConfiguration {
        var edge = EdgeConfiguration(
            http: configuration.http, https: configuration.https,
            controlPlaneSocket: "\(configuration.data)/run/api.sock",
            controlPlaneHosts: [domain.rawValue, "localhost"])
        // Starting an app may take as long as its health check, and the answer waits for it.
        edge.timeouts.responseHead = .seconds(120)
        return edge
    }
}
