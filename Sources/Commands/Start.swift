import APIClient
import ArgumentParser

struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "start", "Start a project that is stopped.", examples: ["start shop"])

    @Argument(help: ArgumentHelp("The project.", valueName: "project"))
    var project: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let view = try await server.withClient { try await $0.start(project) }
        try output.printer.show(view) { output.printer.say(ProjectLine.text(view, output.printer.style)) }
    }
}
