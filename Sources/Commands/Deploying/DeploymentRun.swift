import APIClient
import Core

/// Begins a deployment, follows it to its end and says how it went: what `deploy` and `rollback` have in common.
struct DeploymentRun: Sendable {
    let context: CommandContext
    let output: OutputOptions
    let isVerbose: Bool
    /// The command that does the same again.
    let retry: String

    /// - Parameters:
    ///   - cancelled: what to say when Ctrl-C comes before the server has taken over.
    /// - Throws: `ExitCode` for a deployment that failed; it has been reported then.
    func perform(
        with client: APIClient, cancelled: String,
        begin: @escaping @Sendable (DeploymentScreen) async throws -> DeploymentAccepted
    ) async throws {
        let screen = DeploymentScreen(reporter, context: context)
        let phase = DeploymentPhase()
        let deployment: Deployment
        do {
            deployment = try await untilInterrupted(context) {
                try await screen.whileShowing {
                    let accepted = try await begin(screen)
                    phase.accepted(accepted.project.name)
                    screen.show(.accepted(accepted))
                    return try await DeploymentFollower(client: client, screen: screen).follow(accepted)
                }
            }
        } catch let error as Interrupted {
            context.console.writeError(phase.project.map(Self.goesOn) ?? "\(cancelled)\n")
            throw error
        } catch let error as NodePilotError where phase.project == nil && error.code == .unprocessable {
            throw ProgramFailure(error: error, next: retry)
        }
        guard deployment.status == .success else { throw ProgramFailure.reported }
    }

    // MARK: - Private

    private var reporter: any DeploymentReporter {
        if output.json { return DeploymentJSON() }
        let detail: DeploymentPrinter.Detail = output.quiet ? .failures : isVerbose ? .everything : .steps
        return DeploymentPrinter(terminal: context.terminal, detail: detail, retry: retry)
    }

    private static func goesOn(_ project: ProjectName) -> String {
        "The deployment goes on without you. Look at it with: nodepilot status \(project)\n"
    }
}
