import APIClient
import ArgumentParser
import Core
import FoundationEssentials

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "status", "Show how the server, or one project, is doing.", examples: ["status", "status shop"])

    @Argument(help: ArgumentHelp("The project; without it, the server.", valueName: "project"))
    var project: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    private struct ServerReport: Encodable {
        var system: SystemInfo
        var metrics: SystemUsage
        var projects: [ProjectView]
    }

    private struct ProjectReport: Encodable {
        var project: ProjectView
        var deployments: [Deployment]
        var keptReleases: [Int]
    }

    func run() async throws {
        try await server.withClient { client in
            if let project {
                try await show(project, with: client)
            } else {
                try await showServer(with: client)
            }
        }
    }

    // MARK: - Private

    private func showServer(with client: APIClient) async throws {
        let report = ServerReport(
            system: try await client.systemInfo(), metrics: try await client.systemMetrics().current,
            projects: try await client.projects())
        let printer = output.printer
        try printer.show(report) {
            let (system, usage) = (report.system, report.metrics)
            printer.say(
                "\(printer.style("●", .green)) NodePilot \(system.version) on \(TerminalText.safe(system.hostname))")
            printer.details([
                ("dashboard", system.address),
                ("system", "\(system.os), \(system.kernel), \(system.architecture)"),
                ("up", Measure.duration(seconds: Date.now.timeIntervalSince(system.startedAt))),
                ("cpu", "\(Measure.percent(usage.cpuPercent)) of \(Measure.count(system.cpuCount, "core"))"),
                ("memory", "\(Measure.bytes(usage.memoryUsedBytes)) of \(Measure.bytes(usage.memoryTotalBytes))"),
                ("disk", "\(Measure.bytes(usage.diskUsedBytes)) of \(Measure.bytes(usage.diskTotalBytes))"),
                ("runtimes", system.runtimes.isEmpty ? "none" : system.runtimes.joined(separator: ", ")),
            ])
            printer.say(system.warnings.map { "\(printer.style("!", .yellow)) \(TerminalText.safe($0))" })
            printer.say("")
            printer.show(projects: report.projects)
        }
    }

    private func show(_ name: String, with client: APIClient) async throws {
        let project = try await client.project(name)
        let history = try await client.deployments(of: name)
        let report = ProjectReport(
            project: project, deployments: history.deployments, keptReleases: history.keptReleases)
        let printer = output.printer
        try printer.show(report) {
            printer.say(ProjectLine.text(project, printer.style))
            printer.details([
                ("addresses", project.domains.map(\.address).joined(separator: ", ")),
                ("kind", project.kind.map { project.runtime.flatMap { $0.isEmpty ? nil : $0 } ?? $0.rawValue }),
                ("start command", project.startCommand.isEmpty ? nil : project.startCommand),
                ("owner", project.owner),
                ("release", project.liveRelease.map { String($0) }),
                (
                    "kept",
                    history.keptReleases.isEmpty ? nil : history.keptReleases.map(String.init).joined(separator: ", ")
                ),
            ])
            show(project.instances, printer)
            show(history.deployments, printer)
        }
    }

    private func show(_ instances: [InstanceStatus], _ printer: Printer) {
        guard !instances.isEmpty else { return }
        var table = Table([
            .init("instance"), .init("state"), .init("pid", .right), .init("port", .right), .init("release", .right),
            .init("cpu", .right), .init("memory", .right), .init("restarts", .right), .init("last exit", shrinks: true),
        ])
        for instance in instances {
            table.add([
                .init(instance.name), .init(instance.state.rawValue), .init(instance.pid.map { String($0) } ?? "–"),
                .init(instance.port.map { String($0) } ?? "–"), .init(String(instance.release)),
                .init(Measure.percent(instance.cpuPercent)), .init(Measure.bytes(instance.memoryBytes)),
                .init(String(instance.restarts)), .init(instance.lastExit ?? ""),
            ])
        }
        printer.say("")
        printer.show(table)
    }

    private func show(_ deployments: [Deployment], _ printer: Printer) {
        guard !deployments.isEmpty else { return }
        var table = Table([
            .init("deployment", .right), .init("kind"), .init("release", .right), .init("result"),
            .init("when", .right),
            .init("by", shrinks: true), .init("notes", shrinks: true),
        ])
        let now = Date.now
        for deployment in deployments.prefix(5) {
            let mark: Style.Mark? =
                switch deployment.status {
                case .success: .green
                case .failed: .red
                case .queued, .running: .yellow
                }
            table.add([
                .init(String(deployment.id)), .init(deployment.kind.rawValue),
                .init(deployment.version.map { String($0) } ?? "–"), .init(deployment.status.rawValue, mark),
                .init(Measure.ago(deployment.deployedAt, now: now)), .init(deployment.startedBy),
                .init(deployment.failure?.message ?? deployment.notes),
            ])
        }
        printer.say("")
        printer.show(table)
    }
}
