import APIClient
import ArgumentParser
import Core

struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "delete", "Remove a project with everything that belongs to it.", examples: ["delete shop"],
        more: "Its releases, its data folder, its logs and its host names are lost. There is no way back.")

    @Argument(help: ArgumentHelp("The project.", valueName: "project"))
    var project: String

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await server.withClient { client in
            let found = try await client.project(project).name.rawValue
            if !yes { try confirm(found) }
            try await client.deleteProject(found)
            try output.printer.show(Removed(removed: found)) { output.printer.say("\(found) is deleted.") }
        }
    }

    // MARK: - Private

    private func confirm(_ name: String) throws {
        let context = CommandContext.current
        context.console.writeError(
            "This removes \(name) with its releases, data, logs and host names. There is no way back.\n")
        let answer = try Question(context: context).answer(to: "Type the project's name to go on:", insteadOf: "--yes")
        guard answer == name else {
            throw NodePilotError(.invalidInput, "That is not its name. Nothing was deleted.")
        }
    }
}
