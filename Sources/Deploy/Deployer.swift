package import Builder
package import Archive
package import Core
package import Logging
package import Store
package import Supervisor

/// Brings projects to life and keeps what is live known to the edge: the one place where unpacking, building,
/// supervising, recording and routing meet.
///
/// What is live is held in memory (`live`) and can be told from the database at any start. Everything that changes what
/// is live of one project happens in that project's turn, one after the other.
package actor Deployer {
    /// What the deployer works with.
    package struct Tools: Sendable {
        package var store: Store
        package var supervisor: Supervisor
        package var logs: LogBook
        package var users: UnixUsers
        package var unpacker: ArchiveUnpacker
        package var shelf: ToolShelf
        package var builder: ReleaseBuilder
        package var traffic: any TrafficSwitch
        package var hub: EventHub
        package var logger: Logger

        package init(
            store: Store, supervisor: Supervisor, logs: LogBook, users: UnixUsers, unpacker: ArchiveUnpacker,
            shelf: ToolShelf,
            builder: ReleaseBuilder, traffic: any TrafficSwitch, hub: EventHub, logger: Logger
        ) {
            self.store = store
            self.supervisor = supervisor
            self.logs = logs
            self.users = users
            self.unpacker = unpacker
            self.shelf = shelf
            self.builder = builder
            self.traffic = traffic
            self.hub = hub
            self.logger = logger
        }
    }

    package struct Configuration: Sendable {
        package var folders: ProjectFolders
        package var addresses: SiteAddresses
        /// PATH of apps and builds, below the release's own folders.
        package var searchPath: String
        package var archiveLimits = ArchiveLimits()
        package var health = HealthCheck()
        package var drain = Duration.seconds(30)
        package var keptReleases = 5
        /// Of one project; one is at work, the others wait for their turn.
        package var deploymentsAtOnce = 3

        package init(folders: ProjectFolders, addresses: SiteAddresses, searchPath: String) {
            self.folders = folders
            self.addresses = addresses
            self.searchPath = searchPath
        }
    }

    let tools: Tools
    let configuration: Configuration
    let turns = Turns<Project.ID>()
    /// Deployments of one project go through building, starting and switching as a whole, in the order they came.
    let lanes = Turns<Project.ID>()
    let buildSlot = Turns<BuildSlot>()
    /// A name belongs to one project until everything of the one before is gone.
    let names = Turns<ProjectName>()
    let refreshes = Turns<Project.ID>()
    var live: [Project.ID: LiveRelease] = [:]
    /// Why the last start of a project failed, until the next one.
    var troubles: [Project.ID: NodePilotError] = [:]
    /// What is being done with a project: its status meanwhile.
    var phases: [Project.ID: Project.Status] = [:]
    /// Nothing begins any more for these. Numbers of projects are never used again.
    var deleted: Set<Project.ID> = []
    private var runs: [Deployment.ID: Run] = [:]
    /// Runs that have come to their end but for the record of it.
    var isConcluded: Set<Deployment.ID> = []
    /// Deployments that are being received.
    private var arrivals: [Project.ID: Int] = [:]
    private var retirements: [Int: Retirement] = [:]
    private var nextRetirement = 0
    private var isStopping = false

    package init(tools: Tools, configuration: Configuration) {
        self.tools = tools
        self.configuration = configuration
    }

    // MARK: - Work that outlives the request that asked for it

    /// Work on a deployment, which the request waits for.
    func attend<Result: Sendable>(
        _ deployment: Deployment, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await body() }
        runs[deployment.id] = Run(
            project: deployment.projectID, isArriving: true, cancel: { task.cancel() },
            wait: { _ = await task.result })
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        runs[deployment.id] = nil
        return try result.get()
    }

    /// Goes on with a deployment after its request was answered.
    func carryOn(_ deployment: Deployment, _ body: @escaping @Sendable () async -> Void) {
        let task = Task {
            await body()
            runs[deployment.id] = nil
        }
        runs[deployment.id] = Run(
            project: deployment.projectID, isArriving: false, cancel: { task.cancel() }, wait: { await task.value })
    }

    /// - Throws: `.conflict` when the project has as many deployments under way as it may.
    func beginArrival(for project: Project) throws(NodePilotError) {
        let goingOn = runs.values.count { $0.project == project.id && !$0.isArriving }
        let underWay = arrivals[project.id, default: 0] + goingOn
        guard underWay < configuration.deploymentsAtOnce else {
            throw NodePilotError(
                .conflict, "\(underWay) deployments of \(project.name) are under way already.",
                hint: "Wait until one of them has ended.")
        }
        arrivals[project.id, default: 0] += 1
    }

    func endArrival(for project: Project.ID) {
        arrivals[project, default: 1] -= 1
        if arrivals[project] == 0 { arrivals[project] = nil }
    }

    /// Ends what is under way for a project, or for all, and waits for it.
    func cancelRuns(of project: Project.ID? = nil) async {
        let ending = runs.values.filter { project == nil || $0.project == project }
        for run in ending { run.cancel() }
        for run in ending { await run.wait() }
    }

    /// Lets requests in flight to these instances finish, then stops them; nobody waits for it.
    func retire(_ instances: [LiveInstance], of project: Project.ID) {
        guard !instances.isEmpty else { return }
        nextRetirement += 1
        let key = nextRetirement
        let drain = configuration.drain
        let task = Task { [tools] in
            await tools.traffic.drain(instances.compactMap(\.upstream), timeout: drain)
            await stopAll(instances)
            retirements[key] = nil
        }
        retirements[key] = Retirement(project: project, instances: instances, task: task)
    }

    /// Instances of a project that only finish their last requests.
    func retiring(of project: Project.ID) -> [LiveInstance] {
        retirements.values.filter { $0.project == project }.flatMap(\.instances)
    }

    /// Refuses new work, ends what is under way, stops every app. What was wanted to run is still wanted to.
    package func shutdown() async {
        isStopping = true
        await cancelRuns()
        for retirement in retirements.values { retirement.task.cancel() }
        await tools.supervisor.stopAll()
    }

    func requireRunning() throws(NodePilotError) {
        guard !isStopping else {
            throw NodePilotError(.unavailable, "NodePilot is stopping.", hint: "Try again in a moment.")
        }
    }

    /// - Throws: `.unavailable` when the server stops, `.conflict` when the project is being deleted.
    func requireOpen(_ project: Project) throws(NodePilotError) {
        try requireRunning()
        guard !deleted.contains(project.id) else {
            throw NodePilotError(.conflict, "\(project.name) is being deleted.")
        }
    }

    func forgetLive(_ project: Project.ID) { live[project] = nil }

    func isDeploying(_ project: Project.ID) -> Bool {
        runs.contains { $0.value.project == project && !isConcluded.contains($0.key) }
    }
}

/// The key of the one build at a time.
enum BuildSlot: Hashable, Sendable { case only }

/// Work on a deployment that is under way.
private struct Run: Sendable {
    let project: Project.ID
    /// Whether its request still waits.
    let isArriving: Bool
    let cancel: @Sendable () -> Void
    let wait: @Sendable () async -> Void
}

private struct Retirement: Sendable {
    let project: Project.ID
    let instances: [LiveInstance]
    let task: Task<Void, Never>
}

/// What serves a project now.
struct LiveRelease: Sendable {
    var release: Release
    var instances: [LiveInstance]
}

struct LiveInstance: Sendable {
    var id: InstanceID
    var name: String
    var service: ServicePlan
    var port: Int?
    var release: Int
    /// The project's runner; nil where everything runs as the daemon's own user.
    var owner: UInt32?

    /// Only the `web` service is reached from outside.
    var upstream: Upstream? {
        guard service.name == "web", let port else { return nil }
        return Upstream(port: port, instance: name, release: release, owner: owner)
    }
}
