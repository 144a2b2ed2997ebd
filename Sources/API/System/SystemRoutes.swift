package import Core
import FoundationEssentials
import Hummingbird
package import Store
package import Supervisor

/// The machine and what runs on it.
package struct SystemRoutes: RouteGroup {
    /// What does not change while the server runs.
    package struct Facts: Sendable {
        package var domain: String
        package var address: String
        package var startedAt: Date
        package var runtimes: @Sendable () async -> [String]
        package var warnings: @Sendable () async -> [String]

        package init(
            domain: String, address: String, startedAt: Date, runtimes: @escaping @Sendable () async -> [String],
            warnings: @escaping @Sendable () async -> [String]
        ) {
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
            return try .json(SystemMetrics(current: probe.usage(), series: history.system(range)))
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
                system: probe.usage(), own: probe.own(), projects: projects,
                instances: await supervisor.allInstances())
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text.description)))
        }
    }

    // MARK: - Private

    private func info() async -> SystemInfo {
        let machine = probe.facts()
        let usage = probe.usage()
        return SystemInfo(
            hostname: machine.hostname, os: machine.os, kernel: machine.kernel, architecture: machine.architecture,
            cpuModel: machine.cpuModel, cpuCount: machine.cpuCount, memoryTotalBytes: usage.memoryTotalBytes,
            diskTotalBytes: usage.diskTotalBytes, uptimeSeconds: machine.uptimeSeconds, version: Version.number,
            commit: Version.commit, address: facts.address, domain: facts.domain, startedAt: facts.startedAt,
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
        let own = probe.own()
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
