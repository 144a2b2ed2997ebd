package import ArgumentParser
import Core
import Daemon
import FoundationEssentials

/// The root: `nodepilot`.
package struct NodePilotCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "nodepilot",
        abstract: "Run apps on your own server.",
        discussion: """
            EXAMPLE
              $ nodepilot deploy ./shop --project shop
              $ nodepilot logs -f shop

            \(ProgramExit.table)
            """,
        version: BuildVersion.line,
        subcommands: [
            Serve.self, Deploy.self, Projects.self, Status.self, Start.self, Stop.self, Restart.self, Logs.self,
            Rollback.self,
            Environment.self, Domains.self, Delete.self, Login.self, Logout.self, WhoAmI.self, Tokens.self, Admin.self,
        ])

    package init() {}

    /// Runs the command line and prints what went wrong.
    /// - Parameter arguments: without the program's name.
    /// - Returns: the exit status, from `ProgramExit`.
    package static func run(_ arguments: [String], in context: CommandContext = .onThisMachine) async -> Int32 {
        await CommandContext.$current.withValue(context) {
            do {
                var command = try parseAsRoot(arguments)
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
                return ProgramExit.success
            } catch {
                return report(error, wantsJSON: arguments.contains("--json"), to: context)
            }
        }
    }

    // MARK: - Private

    private static func report(_ error: any Error, wantsJSON: Bool, to context: CommandContext) -> Int32 {
        if let error = error as? NodePilotError {
            context.console.writeError(wantsJSON ? ErrorReport.json(error) : ErrorReport.text(error, in: context))
            return ProgramExit.status(for: error.code)
        }
        if let failure = error as? ProgramFailure {
            guard let error = failure.error else { return ProgramExit.failure }
            context.console.writeError(
                wantsJSON ? ErrorReport.json(error) : ErrorReport.text(error, next: failure.next, in: context))
            return ProgramExit.status(for: error.code)
        }
        if error is Interrupted || error is CancellationError { return ProgramExit.interrupted }
        let status = exitCode(for: error).rawValue
        let text = fullMessage(for: error)
        if !text.isEmpty {
            let line = text.hasSuffix("\n") ? text : "\(text)\n"
            if status == ProgramExit.success {
                context.console.write(line)
            } else {
                context.console.writeError(line)
            }
        }
        return status
    }
}

extension CommandContext {
    /// The process's own, with the users of a server on this machine while that is down.
    package static var onThisMachine: CommandContext {
        .process(openOffline: { try await OfflineAdministration.open(data: $0) })
    }
}
