import APIClient
import ArgumentParser
import Core

extension LogLine.Stream: ExpressibleByArgument {}

struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "logs", "Show what a project's app has written.",
        examples: ["logs shop", "logs -f shop", "logs shop -n 500 --stream stderr --search timeout"])

    @Argument(help: ArgumentHelp("The project.", valueName: "project"))
    var project: String

    @Flag(name: .shortAndLong, help: "Go on with new lines until Ctrl-C.")
    var follow = false

    @Option(name: [.customShort("n"), .long], help: "How many lines, to 5000.")
    var lines = 100

    @Option(help: "Only stdout, stderr, or NodePilot's own remarks.")
    var stream: LogLine.Stream?

    @Option(help: ArgumentHelp("Only lines that contain this text.", valueName: "text"))
    var search: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (0...5000).contains(lines) else { throw ValidationError("-n takes 0 to 5000.") }
    }

    func run() async throws {
        let query = LogQuery(lines: lines, stream: stream, search: search)
        let writer = LogWriter(printer: output.printer)
        try await server.withClient { client in
            guard follow else {
                let page = try await client.logs(of: project, query)
                for line in page { try writer.write(line) }
                if page.isEmpty { output.printer.say("There are no such lines in the log of \(project).") }
                return
            }
            let follower = LogFollower(client: client, project: project, query: query)
            do {
                try await untilInterrupted(.current) { try await follower.follow(writer) }
            } catch is Interrupted {
                // Ctrl-C is how following ends: nothing went wrong.
            }
        }
    }
}
