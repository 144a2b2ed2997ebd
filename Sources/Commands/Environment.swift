import APIClient
import ArgumentParser
import Core
import FoundationEssentials

struct Environment: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "env", "Show and change a project's environment.",
        examples: ["env shop", "env set shop DATABASE_URL=postgres://db/shop", "env import shop .env"],
        more: "Changes take effect at the next start: nodepilot restart shop",
        subcommands: [List.self, Set.self, Unset.self, Import.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "list", "Show the variables.", examples: ["env shop", "env list shop --reveal"])

        @Argument(help: ArgumentHelp("The project.", valueName: "project"))
        var project: String

        @Flag(help: "Show the values too.")
        var reveal = false

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            var variables = try await server.withClient { try await $0.environment(of: project) }
            if !reveal { variables = variables.map { EnvironmentVariable(name: $0.name, value: nil) } }
            try output.printer.show(EnvironmentList(variables: variables)) {
                output.printer.show(variables, of: project)
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "set", "Set variables.", examples: ["env set shop DATABASE_URL=postgres://db/shop LOG_LEVEL=info"])

        @Argument(help: ArgumentHelp("The project.", valueName: "project"))
        var project: String

        @Argument(help: ArgumentHelp("Variables.", valueName: "KEY=VALUE"))
        var assignments: [String]

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let variables = try assignments.map { try Assignment($0).variable }
            try await EnvironmentChange(set: variables).apply(to: project, server: server, output: output)
        }
    }

    struct Unset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "unset", "Remove variables.", examples: ["env unset shop LOG_LEVEL"])

        @Argument(help: ArgumentHelp("The project.", valueName: "project"))
        var project: String

        @Argument(help: ArgumentHelp("Names of variables.", valueName: "KEY"))
        var names: [String]

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await EnvironmentChange(unset: names).apply(to: project, server: server, output: output)
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "import", "Set the variables of a .env file.",
            examples: ["env import shop .env", "env import shop - <secrets.env"])

        @Argument(help: ArgumentHelp("The project.", valueName: "project"))
        var project: String

        @Argument(help: ArgumentHelp("The file; - for standard input.", valueName: "file"))
        var file: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let variables = try EnvironmentFile.parse(text()).map(\.variable)
            guard !variables.isEmpty else { throw NodePilotError(.invalidInput, "\(file) has no variables.") }
            try await EnvironmentChange(set: variables).apply(to: project, server: server, output: output)
        }

        private func text() throws -> String {
            if file == "-" { return try CommandContext.current.keyboard.all() }
            guard let data = FileManager.default.contents(atPath: file) else {
                throw NodePilotError(.invalidInput, "\(file) cannot be read.")
            }
            return String(decoding: data, as: UTF8.self)
        }
    }
}

extension EnvironmentChange {
    func apply(to project: String, server: ServerOptions, output: OutputOptions) async throws {
        let variables = try await server.withClient { try await $0.changeEnvironment(of: project, self) }
        // Values stay out of terminals and build logs unless `env list --reveal` asks for them.
        let names = variables.map { EnvironmentVariable(name: $0.name, value: nil) }
        try output.printer.show(EnvironmentList(variables: names)) {
            output.printer.say(
                "\(project) has \(Measure.count(variables.count, "variable")). "
                    + "They take effect at the next start: nodepilot restart \(project)")
        }
    }
}

extension Printer {
    func show(_ variables: [EnvironmentVariable], of project: String) {
        guard !variables.isEmpty else {
            return say("\(project) has no variables. Set one: nodepilot env set \(project) KEY=VALUE")
        }
        var table = Table([.init("name"), .init("value", shrinks: true)])
        for variable in variables { table.add([.init(variable.name), .init(variable.value ?? "••••••")]) }
        show(table)
    }
}
