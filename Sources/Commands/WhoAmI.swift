import APIClient
import ArgumentParser
import Core

struct WhoAmI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "whoami", "Show which server the commands speak to, and as whom.", examples: ["whoami"])

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var server: String
        var user: User
    }

    func run() async throws {
        let report = try await server.withClient { client in
            Report(server: Self.name(of: client.server), user: try await client.verify().user)
        }
        try output.printer.show(report) {
            output.printer.say("\(report.user.username) (\(report.user.role.rawValue)) at \(report.server)")
        }
    }

    // MARK: - Private

    private static func name(of address: ServerAddress) -> String {
        switch address {
        case .socket: "this machine"
        case .remote(let remote): remote.origin.description
        }
    }
}
