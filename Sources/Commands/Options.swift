import APIClient
import ArgumentParser
import Core

/// Which server.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A server that you logged in to, by name or address.", valueName: "name|url"))
    var server: String?

    @Option(help: ArgumentHelp("The data folder of a server on this machine.", valueName: "dir"))
    var data: String?

    /// Runs `body` with a client of the chosen server.
    func withClient<Result>(_ body: (APIClient) async throws -> Result) async throws -> Result {
        let address = try ServerChoice.address(server: server, data: data, context: .current)
        return try await APIClient.with(address, body)
    }
}

/// How results are shown.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON: one object, or one per event.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    var printer: Printer { Printer(isJSON: json, isQuiet: quiet, context: .current) }
}

extension CommandConfiguration {
    /// A command whose help begins with an example.
    init(
        _ name: String, _ abstract: String, examples: [String], more: String = "",
        subcommands: [any ParsableCommand.Type] = [], defaultSubcommand: (any ParsableCommand.Type)? = nil
    ) {
        let lines = examples.map { "  $ nodepilot \($0)" }.joined(separator: "\n")
        self.init(
            commandName: name, abstract: abstract,
            discussion: more.isEmpty ? "EXAMPLE\n\(lines)" : "EXAMPLE\n\(lines)\n\n\(more)",
            subcommands: subcommands, defaultSubcommand: defaultSubcommand)
    }
}
