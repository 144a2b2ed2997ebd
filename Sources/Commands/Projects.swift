import APIClient
import ArgumentParser
import Core
import FoundationEssentials

struct Projects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "projects", "List the projects with their state and address.", examples: ["projects", "projects --json"])

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let projects = try await server.withClient { try await $0.projects() }
        try output.printer.show(ProjectList(projects: projects)) {
            output.printer.show(projects: projects)
        }
    }
}

extension Printer {
    func show(projects: [ProjectView]) {
        guard !projects.isEmpty else {
            return say("There are no projects yet. Make one: nodepilot deploy ./shop --project shop")
        }
        var table = Table([
            .init("name"), .init("state"), .init("address", shrinks: true), .init("release", .right),
            .init("cpu", .right), .init("memory", .right), .init("deployed", .right),
        ])
        let now = Date.now
        for project in projects {
            table.add([
                .init(project.name.rawValue, .bold), ProjectLine.cell(project.status), .init(project.address),
                .init(project.liveRelease.map { String($0) } ?? "–"), .init(Measure.percent(project.cpuPercent)),
                .init(Measure.bytes(project.memoryBytes)),
                .init(project.lastDeployment.map { Measure.ago($0.deployedAt, now: now) } ?? "–"),
            ])
        }
        show(table)
    }
}
