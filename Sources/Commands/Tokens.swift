import APIClient
import ArgumentParser
import Core
import FoundationEssentials

struct Tokens: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "tokens", "Show, make and remove your tokens for programs.",
        examples: ["tokens", "tokens create ci --scope deploy --days 90", "tokens remove 3"],
        subcommands: [List.self, Create.self, Remove.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", "Show your tokens.", examples: ["tokens"])

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let tokens = try await server.withClient { try await $0.tokens() }
            try output.printer.show(TokenList(tokens: tokens)) {
                guard !tokens.isEmpty else {
                    return output.printer.say("You have no tokens. Make one: nodepilot tokens create ci --scope deploy")
                }
                var table = Table([
                    .init("id", .right), .init("name", shrinks: true), .init("scope"), .init("used", .right),
                    .init("expires", .right),
                ])
                for token in tokens {
                    table.add([
                        .init(String(token.id)), .init(token.name), .init(token.scope.rawValue),
                        .init(token.lastUsedAt.map { Measure.ago($0, now: .now) } ?? "never"),
                        .init(token.expiresAt.map { String(NodePilotJSON.timestamp($0).prefix(10)) } ?? "never"),
                    ])
                }
                output.printer.show(table)
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "create", "Make a token. It is shown once.", examples: ["tokens create ci --scope deploy --days 90"])

        @Argument(help: ArgumentHelp("What it is for.", valueName: "name"))
        var name: String

        @Option(help: "What it may do: full, deploy or read.")
        var scope = APITokenScope.deploy

        @Option(help: ArgumentHelp("How long it is valid; without it, until it is removed.", valueName: "days"))
        var days: Int?

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let request = CreateTokenRequest(name: name, scope: scope, expiresInDays: days)
            let token = try await server.withClient { try await $0.createToken(request) }
            if output.json { return try output.printer.json(token) }
            output.printer.say("The token \(token.name), shown this once:")
            // The token is the result: --quiet leaves it alone, for scripts.
            CommandContext.current.console.write("\(token.token ?? "")\n")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration("remove", "Remove a token.", examples: ["tokens remove 3"])

        @Argument(help: ArgumentHelp("The token's number.", valueName: "id"))
        var id: Int64

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await server.withClient { try await $0.deleteToken(id) }
            try output.printer.show(Removed(removed: String(id))) { output.printer.say("The token is removed.") }
        }
    }
}
