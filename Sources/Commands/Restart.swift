import APIClient
import ArgumentParser

struct Restart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "restart", "Stop and start a project, with its changed settings.", examples: ["restart shop"])

    @Argument(help: ArgumentHelp("The project.", valueName: "project"))
    var project: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let view = try await server.withClient { try await $0.restart(project) }
        try output.printer.show(view) { output.printer.say(ProjectLine.text(view, output.printer.style)) }
    }
}
