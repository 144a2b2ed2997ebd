import Core
package import FoundationEssentials
import Hummingbird
package import Store
package import Supervisor

/// The machine and what runs on it.
package struct SystemRoutes: RouteGroup {
    /// What does not change while the server runs.
    package struct Facts: Sendable {
        package var commit: String
        package var domain: String
        package var address: String
        package var startedAt: Date
        package var runtimes: @Sendable () async -> [String]
        package var warnings: @Sendable () async -> [String]

        package init(
            commit: String, domain: String, address: String, startedAt: Date,
            runtimes: @escaping @Sendable () async -> [String],
            warnings: @escaping @Sendable () async -> [String]
        ) {
            self.commit = commit
            self.domain = domain
            self.address = address
            self.startedAt = startedAt
            self.runtimes = runtimes
            self.warnings = warnings
        }
    }

    private let store: Store
    private let supervisor: Supervisor
    private let probe: SystemProbe
    private let history: UsageHistory
    private let ownUsage = OwnUsage()
    private let facts: Facts

    package init(
        store: Store, supervisor: Supervisor, probe: SystemProbe, history: UsageHistory, facts: Facts
    ) {
        self.store = store
        self.supervisor = supervisor
        self.probe = probe
        self.history = history
        self.facts = facts
    }

    package func register(in table: inout RouteTable) {
        table.get("/api/system/info", .signedIn) { _, _ in try .json(await info()) }
        table.get("/api/system/metrics", .signedIn) { request, _ in
            let range = try UsageHistory.Range(request)
            return try .json(SystemMetrics(current: current, series: history.system(range)))
        }
        table.get("/api/system/processes", .signedIn) { _, context in
            try .json(ProcessList(processes: try await processes(for: try context.signedIn())))
        }
        table.get("/api/project/:id/metrics", .project(.read)) { request, context in
            let range = try UsageHistory.Range(request)
            return try .json(history.project(try context.project().id, range))
        }
        table.get("/metrics", .administrator) { _, _ in
            let projects = try await store.projects()
            let text = MetricsText(
                system: current, own: ownUsage.read(), projects: projects,
                instances: await supervisor.allInstances())
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text.description)))
        }
    }

    // MARK: - Private

    /// As last sampled: reading the probe here would shorten the interval of the sampler's next figure.
    private var current: SystemUsage { history.latest ?? probe.usage() }

    private func info() async -> SystemInfo {
        let machine = SystemProbe.facts()
        let usage = current
        return SystemInfo(
            hostname: machine.hostname, os: machine.os, kernel: machine.kernel, architecture: machine.architecture,
            cpuModel: machine.cpuModel, cpuCount: machine.cpuCount, memoryTotalBytes: usage.memoryTotalBytes,
            diskTotalBytes: usage.diskTotalBytes, uptimeSeconds: SystemProbe.uptimeSeconds(), version: Version.number,
            commit: facts.commit, address: facts.address, domain: facts.domain, startedAt: facts.startedAt,
            runtimes: await facts.runtimes(), warnings: await facts.warnings())
    }

    private func processes(for caller: Caller) async throws -> [SystemProcess] {
        let projects = try await store.projects().filter { caller.mayRead($0) }
        let instances = await supervisor.allInstances()
        var list = [own()]
        for project in projects {
            for instance in instances[project.id] ?? [] {
                guard let pid = instance.pid else { continue }
                list.append(
                    SystemProcess(
                        pid: pid, name: project.pm2Name, project: project.name, instance: instance.name,
                        release: instance.release, state: instance.state, startedAt: instance.startedAt,
                        restarts: instance.restarts, cpuPercent: instance.cpuPercent,
                        memoryBytes: instance.memoryBytes))
            }
        }
        return list
    }

    private func own() -> SystemProcess {
        let own = ownUsage.read()
        return SystemProcess(
            pid: own.pid, name: "nodepilot", project: nil, instance: nil, release: nil, state: .running,
            startedAt: facts.startedAt, restarts: 0, cpuPercent: own.cpuPercent, memoryBytes: own.residentBytes)
    }
}

extension UsageHistory.Range {
    /// - Throws: `.invalidInput` for `range`.
    fileprivate init(_ request: Request) throws(NodePilotError) {
        switch request.uri.queryParameters["range"] {
        case nil, "hour": self = .hour
        case "day": self = .day
        default: throw .invalid("range", "is neither “hour” nor “day”")
        }
    }
}
