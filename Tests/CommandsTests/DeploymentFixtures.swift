import APIClient
import Commands
import Core
import FoundationEssentials

/// Deployments for tests.
enum Fixture {
    static let date = Date(timeIntervalSince1970: 1_795_000_000)

    static func project(liveRelease: Int? = 3) throws -> ProjectView {
        let project = Project(
            id: 1, name: try ProjectName("shop"), displayName: "Shop", path: "/p", startCommand: "", port: nil,
            status: .running, wanted: .running, ownerID: 1, settings: ProjectSettings(), liveRelease: liveRelease,
            createdAt: date, updatedAt: date)
        return ProjectView(
            project: project, owner: "ada", address: "https://shop.example.com", domains: [], release: nil,
            instances: [], lastDeployment: nil, problem: nil)
    }

    static func deployment(_ status: Deployment.Status, failure: DeploymentFailure? = nil) throws -> Deployment {
        Deployment(
            id: 17, projectID: 1, projectName: try ProjectName("shop"), kind: .deploy, version: 4, status: status,
            deployedAt: date, startedBy: "ada", failure: failure)
    }

    static func step(
        _ name: DeploymentStep.Name, _ status: DeploymentStep.Status = .success, _ detail: String = "", ms: Int? = 0
    ) -> DeployingInput {
        .event(.step(DeploymentStep(name: name, status: status, startedAt: date, durationMs: ms, detail: detail)))
    }

    static func log(_ seq: Int, _ step: DeploymentStep.Name, _ text: String) -> DeployingInput {
        .event(.log(DeploymentLogLine(deploymentID: 17, seq: seq, at: date, step: step, text: text)))
    }

    static func accepted(liveRelease: Int? = 3) throws -> DeployingInput {
        .accepted(
            DeploymentAccepted(project: try project(liveRelease: liveRelease), deployment: try deployment(.running)))
    }

    static func sent(_ bytes: Int64, of total: Int64 = 1_200_000) -> DeployingInput {
        .uploading(UploadProgress(sentBytes: bytes, totalBytes: total))
    }
}
