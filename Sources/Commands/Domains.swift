import APIClient
import ArgumentParser
import Core

struct Domains: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "domains", "Show and change the host names of a project.",
        examples: ["domains shop", "domains add shop shop.example.com"],
        more: "Point the name at this server first: an A or AAAA record with its address.",
        subcommands: [List.self, Add.self, Remove.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", "Show the host names.", examples: ["domains shop"])

        @Argument(help: ArgumentHelp("The project.", valueName: "project"))
        var project: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let domains = try await server.withClient { try await $0.domains(of: project) }
            try output.printer.show(DomainList(domains: domains)) {
                guard !domains.isEmpty else { return output.printer.say("\(project) has no host names.") }
                var table = Table([.init("host", shrinks: true), .init("address", shrinks: true), .init("kind")])
                for domain in domains {
                    table.add([
                        .init(domain.host.rawValue), .init(domain.address), .init(domain.isDefault ? "default" : "own"),
                    ])
                }
                output.printer.show(table)
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "add", "Let the project answer at another host name.", examples: ["domains add shop shop.example.com"])

        @Argument(help: ArgumentHelp("The project.", valueName: "project"))
        var project: String

        @Argument(help: ArgumentHelp("The host name.", valueName: "host"))
        var host: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let host = try HostName(host)
            let domain = try await server.withClient { try await $0.addDomain(host.rawValue, to: project) }
            try output.printer.show(domain) { output.printer.say("\(project) answers at \(domain.address)") }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "remove", "Take a host name from the project.", examples: ["domains remove shop shop.example.com"])

        @Argument(help: ArgumentHelp("The project.", valueName: "project"))
        var project: String

        @Argument(help: ArgumentHelp("The host name.", valueName: "host"))
        var host: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let host = try HostName(host)
            try await server.withClient { try await $0.removeDomain(host.rawValue, from: project) }
            try output.printer.show(Removed(removed: host.rawValue)) {
                output.printer.say("\(project) no longer answers at \(host).")
            }
        }
    }
}
