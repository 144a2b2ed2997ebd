import APIClient
import Core

/// Follows a deployment to its end, over connections that may break.
struct DeploymentFollower: Sendable {
    private static let attempts = 60
    private static let pause = Duration.milliseconds(500)

    let client: APIClient
    let screen: DeploymentScreen

    /// - Returns: the deployment when it has ended, well or not.
    /// - Throws: what the last of many attempts met. The deployment goes on without us.
    func follow(_ accepted: DeploymentAccepted) async throws -> Deployment {
        let project = accepted.project.name.rawValue
        var attempt = 0
        while true {
            do {
                if let deployment = try await read(project, accepted.deployment.id) { return deployment }
            } catch let error as NodePilotError where error.code == .unavailable {
                // A restart of the server, or a bad line: the deployment is asked for again.
            }
            attempt += 1
            guard attempt < Self.attempts else { throw lost(project) }
            try await Task.sleep(for: Self.pause)
        }
    }

    // MARK: - Private

    /// - Returns: nil when the stream ended before the deployment did.
    private func read(_ project: String, _ id: Deployment.ID) async throws -> Deployment? {
        for try await event in try await client.deploymentEvents(of: project, id) {
            screen.show(.event(event))
            if case .finished(let deployment) = event { return deployment }
        }
        let deployment = try await client.deployment(id, of: project)
        guard deployment.status.isFinal else { return nil }
        screen.show(.event(.finished(deployment)))
        return deployment
    }

    private func lost(_ project: String) -> NodePilotError {
        NodePilotError(
            .unavailable, "The server tells no more about the deployment, which may still go on.",
            hint: "Look at it with: nodepilot status \(project)")
    }
}
