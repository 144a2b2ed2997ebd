package import FoundationEssentials

/// One attempt to make a release live.
package struct Deployment: Codable, Hashable, Sendable, Identifiable {
    package typealias ID = Int64

    package enum Status: String, Codable, Sendable {
        case queued, running, success, failed
        package var isFinal: Bool { self == .success || self == .failed }
    }

    package enum Kind: String, Codable, Sendable { case deploy, rollback }

    package var id: ID
    package var projectID: Project.ID
    package var projectName: ProjectName
    package var kind: Kind
    /// The release's number; nil until there is one.
    package var version: Int?
    package var status: Status
    /// When it began.
    package var deployedAt: Date
    package var finishedAt: Date?
    /// The name of the person or token.
    package var startedBy: String
    /// One line: how it ended.
    package var notes: String
    package var steps: [DeploymentStep]
    /// Why it failed, and what to do.
    package var failure: DeploymentFailure?

    package init(
        id: ID, projectID: Project.ID, projectName: ProjectName, kind: Kind, version: Int? = nil, status: Status,
        deployedAt: Date, finishedAt: Date? = nil, startedBy: String, notes: String = "", steps: [DeploymentStep] = [],
        failure: DeploymentFailure? = nil
    ) {
        self.id = id
        self.projectID = projectID
        self.projectName = projectName
        self.kind = kind
        self.version = version
        self.status = status
        self.deployedAt = deployedAt
        self.finishedAt = finishedAt
        self.startedBy = startedBy
        self.notes = notes
        self.steps = steps
        self.failure = failure
    }
}

/// One step of a deployment, in the order of `DeploymentStep.Name.allCases`.
package struct DeploymentStep: Codable, Hashable, Sendable {
    package enum Name: String, Codable, Sendable, CaseIterable {
        case upload, unpack, detect, install, build, start, healthy, live
    }

    package enum Status: String, Codable, Sendable { case running, success, failed, skipped }

    package var name: Name
    package var status: Status
    package var startedAt: Date
    /// Milliseconds; nil while it runs.
    package var durationMs: Int?
    /// One line in words: "214 files, 1.2 MB", "GET / answered 200 after 3 tries".
    package var detail: String

    package init(name: Name, status: Status, startedAt: Date, durationMs: Int? = nil, detail: String = "") {
        self.name = name
        self.status = status
        self.startedAt = startedAt
        self.durationMs = durationMs
        self.detail = detail
    }
}

/// The cause of a failed deployment in words.
package struct DeploymentFailure: Codable, Hashable, Sendable {
    package var step: DeploymentStep.Name
    package var code: NodePilotError.Code
    package var message: String
    package var hint: String?

    package init(step: DeploymentStep.Name, code: NodePilotError.Code, message: String, hint: String?) {
        self.step = step
        self.code = code
        self.message = message
        self.hint = hint
    }
}

/// One line of a deployment's log.
package struct DeploymentLogLine: Codable, Hashable, Sendable {
    package var deploymentID: Deployment.ID
    /// 1, 2, 3, … within the deployment.
    package var seq: Int
    package var at: Date
    package var step: DeploymentStep.Name
    package var text: String

    package init(deploymentID: Deployment.ID, seq: Int, at: Date, step: DeploymentStep.Name, text: String) {
        self.deploymentID = deploymentID
        self.seq = seq
        self.at = at
        self.step = step
        self.text = text
    }
}
