package import Core
import FoundationEssentials
import Glibc
package import Logging

/// Starts instances, watches them, restarts those that are kept, and stops them.
package actor Supervisor {
    let configuration: SupervisorConfiguration
    let launcher: Launcher
    let users: UnixUsers
    let logs: LogBook
    let logger: Logger
    let onChange: @Sendable (Project.ID) -> Void
    var instances: [InstanceID: Instance] = [:]
    private var ports: PortPool
    private var isClosed = false

    /// - Parameter onChange: told after every change of a project's instances; must return at once.
    /// - Throws: when its folders cannot be made.
    package init(
        configuration: SupervisorConfiguration, launcher: Launcher, users: UnixUsers, logs: LogBook, logger: Logger,
        onChange: @escaping @Sendable (Project.ID) -> Void
    ) throws {
        self.configuration = configuration
        self.launcher = launcher
        self.users = users
        self.logs = logs
        self.logger = logger
        self.onChange = onChange
        ports = PortPool(configuration.ports)
        for folder in ["", "/logs", "/instances"] {
            let path = configuration.runDirectory + folder
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SystemError("mkdir \(path)") }
        }
    }

    /// A free loopback port for an instance. It is taken until the instance that got it is stopped, or it is released.
    /// - Throws: `.unavailable` when there is none.
    package func reservePort() throws -> Int { try ports.reserve() }

    /// Gives back a port that no instance was started with.
    package func releasePort(_ port: Int) { ports.release(port) }

    /// Starts the process. It is not restarted until `keep`; when it ends before, it stays listed as failed until `stop`.
    /// - Throws: `.unprocessable` when its program cannot be executed, `.internal` for what is our fault.
    package func start(_ specification: InstanceSpecification) async throws -> InstanceID {
        guard !isClosed else { throw NodePilotError(.unavailable, "The server is stopping.") }
        try specification.validate()
        let instance = try await prepare(specification)
        guard !isClosed else {
            await closeLogs(of: instance)
            throw NodePilotError(.unavailable, "The server is stopping.")
        }
        instances[instance.id] = instance
        if let port = specification.port { ports.take(port) }
        do {
            try await spawn(instance)
        } catch {
            await forget(instance)
            throw error
        }
        let id = instance.id
        instance.life = Task { await self.live(id) }
        return id
    }

    /// From now on it is started again whenever it ends, until `stop`.
    package func keep(_ id: InstanceID) {
        guard let instance = instances[id], !instance.isStopping else { return }
        instance.kept.settle(true)
        if instance.state == .starting { instance.state = .running }
        changed(instance)
    }

    /// SIGTERM to its process group, SIGKILL to whatever of its session is left after the grace, and forgets it.
    /// - Returns: how its last process ended; nil when it is not known or had none.
    @discardableResult
    package func stop(_ id: InstanceID, grace: Duration? = nil) async -> ExitStatus? {
        guard let instance = instances[id] else { return nil }
        let ending = instance.ending ?? Task { await self.end(id, grace ?? configuration.stopGrace) }
        instance.ending = ending
        return await ending.value
    }

    /// Stops everything at once, and starts nothing any more.
    package func stopAll() async {
        isClosed = true
        await withTaskGroup { group in
            for id in instances.keys { group.addTask { await self.stop(id) } }
        }
    }

    /// By name; while a deployment switches, two of them may have the same.
    package func instances(of project: Project.ID) -> [InstanceStatus] {
        allInstances()[project] ?? []
    }

    package func allInstances() -> [Project.ID: [InstanceStatus]] {
        Dictionary(grouping: instances.values, by: \.specification.project).mapValues { instances in
            instances.map(\.status).sorted { ($0.name, $0.release) < ($1.name, $1.release) }
        }
    }

    /// Nil when there is no such instance (any more).
    package func status(of id: InstanceID) -> InstanceStatus? { instances[id]?.status }

    // MARK: - For its extensions

    func changed(_ instance: Instance) { onChange(instance.specification.project) }

    func note(_ instance: Instance, _ text: String) {
        let specification = instance.specification
        logs.note(
            specification.project, name: specification.projectName, instance: specification.name, text: text)
    }

    /// Takes an instance whose processes have ended out of the books.
    func forget(_ instance: Instance) async {
        await closeLogs(of: instance)
        instances[instance.id] = nil
        let port = instance.specification.port
        if let port, !instances.values.contains(where: { $0.specification.port == port }) { ports.release(port) }
        instance.gone.settle(())
        changed(instance)
    }

    func recordPath(_ id: InstanceID) -> String { "\(configuration.runDirectory)/instances/\(id).json" }

    // MARK: - Private

    private func prepare(_ specification: InstanceSpecification) async throws -> Instance {
        let id = InstanceID(specification)
        let identity = users.isEnforced ? try await users.identity(.runner(specification.project)) : nil
        let stem = "\(configuration.runDirectory)/logs/\(id)"
        let source = { [logs] (stream: LogLine.Stream) async throws -> LogSource in
            try await BlockingWork.run {
                try logs.source(
                    specification.project, name: specification.projectName, instance: specification.name,
                    stream: stream, path: "\(stem).\(stream.rawValue)", owner: identity)
            }
        }
        let output = try await source(.stdout)
        do {
            let error = try await source(.stderr)
            return Instance(
                id: id, specification: specification, identity: identity, output: output, error: error,
                firstSeq: await logs.lastSeq(specification.project, name: specification.projectName),
                policy: RestartPolicy(
                    first: configuration.firstBackoff, longest: configuration.longestBackoff,
                    resetAfter: configuration.backoffResetAfter))
        } catch {
            await output.close()
            throw error
        }
    }

    private func closeLogs(of instance: Instance) async {
        await instance.output.close()
        await instance.error.close()
    }
}
