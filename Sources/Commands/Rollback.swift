import APIClient
import ArgumentParser
import Core

struct Rollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "rollback", "Make an earlier release live again.",
        examples: ["rollback shop", "rollback shop --to 3"],
        more: "Releases that are kept: nodepilot status shop")

    @Argument(help: ArgumentHelp("The project.", valueName: "project"))
    var project: String

    @Option(help: ArgumentHelp("The release's number; without it, the one before the live one.", valueName: "n"))
    var to: Int?

    @Flag(name: .shortAndLong, help: "Show every line of the deployment's log.")
    var verbose = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let run = DeploymentRun(
            context: .current, output: output, isVerbose: verbose, retry: "nodepilot rollback \(project)")
        try await server.withClient { client in
            try await run.perform(with: client, cancelled: "Nothing was changed.") { _ in
                try await client.rollback(project, to: to)
            }
        }
    }
}
