import Core
import Synchronization

/// Whether the server has taken over: from then on a deployment goes on without us.
final class DeploymentPhase: Sendable {
    private let name = Mutex<ProjectName?>(nil)

    var project: ProjectName? { name.withLock { $0 } }

    func accepted(_ project: ProjectName) {
        name.withLock { $0 = project }
    }
}
