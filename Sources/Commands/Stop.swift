import APIClient
import ArgumentParser

struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "stop", "Stop a project; it stays stopped until it is started again.", examples: ["stop shop"])

    @Argument(help: ArgumentHelp("The project.", valueName: "project"))
    var project: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let view = try await server.withClient { try await $0.stop(project) }
        try output.printer.show(view) { output.printer.say(ProjectLine.text(view, output.printer.style)) }
    }
}
