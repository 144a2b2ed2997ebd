package import FoundationEssentials

/// A project as the API answers it: its row, what is live, and how it runs now.
package struct ProjectView: Codable, Sendable, Identifiable {
    package var id: Project.ID
    package var name: ProjectName
    package var displayName: String
    package var path: String
    package var startCommand: String
    package var port: Int?
    package var pm2Name: String
    package var status: Project.Status
    package var createdAt: Date
    package var updatedAt: Date
    package var owner: String
    package var settings: ProjectSettings
    /// `https://shop.example.com`: the first address that people should use.
    package var address: String
    package var domains: [DomainView]
    package var liveRelease: Int?
    /// Of the live release; nil before there is one.
    package var kind: AppPlan.Kind?
    package var runtime: String?
    package var instances: [InstanceStatus]
    package var cpuPercent: Double
    package var memoryBytes: Int64
    package var restarts: Int
    package var lastDeployment: Deployment?
    /// Why the status is `error`, in words.
    package var problem: String?

    package init(
        project: Project, owner: String, address: String, domains: [DomainView], release: Release?,
        instances: [InstanceStatus], lastDeployment: Deployment?, problem: String?
    ) {
        id = project.id
        name = project.name
        displayName = project.displayName
        path = project.path
        startCommand = project.startCommand
        port = project.port
        pm2Name = project.pm2Name
        status = project.status
        createdAt = project.createdAt
        updatedAt = project.updatedAt
        self.owner = owner
        settings = project.settings
        self.address = address
        self.domains = domains
        liveRelease = project.liveRelease
        kind = release?.plan.kind
        runtime = release?.plan.runtime
        self.instances = instances
        cpuPercent = instances.reduce(0) { $0 + $1.cpuPercent }
        memoryBytes = instances.reduce(0) { $0 + $1.memoryBytes }
        restarts = instances.reduce(0) { $0 + $1.restarts }
        self.lastDeployment = lastDeployment
        self.problem = problem
    }
}

package struct ProjectList: Codable, Sendable {
    package var projects: [ProjectView]
    package init(projects: [ProjectView]) { self.projects = projects }
}

/// Nil members stay as they are. `health_path` and `start_command` are cleared by an empty string, `port` by 0.
package struct UpdateProjectRequest: Codable, Sendable {
    package var displayName: String?
    package var startCommand: String?
    package var port: Int?
    package var httpsRedirect: Bool?
    package var healthPath: String?
    package var singlePage: Bool?

    package init(
        displayName: String? = nil, startCommand: String? = nil, port: Int? = nil, httpsRedirect: Bool? = nil,
        healthPath: String? = nil, singlePage: Bool? = nil
    ) {
        self.displayName = displayName
        self.startCommand = startCommand
        self.port = port
        self.httpsRedirect = httpsRedirect
        self.healthPath = healthPath
        self.singlePage = singlePage
    }
}

/// The answer to create, deploy and rollback: the deployment goes on, and its stream tells the rest.
package struct DeploymentAccepted: Codable, Sendable {
    package var project: ProjectView
    package var deployment: Deployment

    package init(project: ProjectView, deployment: Deployment) {
        self.project = project
        self.deployment = deployment
    }
}

package struct RollbackRequest: Codable, Sendable {
    /// A kept release's number; nil: the one before the live one.
    package var version: Int?
    package init(version: Int?) { self.version = version }
}

package struct DeploymentList: Codable, Sendable {
    /// Newest first.
    package var deployments: [Deployment]
    /// Numbers of the releases that are still on disk.
    package var keptReleases: [Int]

    package init(deployments: [Deployment], keptReleases: [Int]) {
        self.deployments = deployments
        self.keptReleases = keptReleases
    }
}

package struct DeploymentLog: Codable, Sendable {
    package var lines: [DeploymentLogLine]
    package init(lines: [DeploymentLogLine]) { self.lines = lines }
}

package struct LogPage: Codable, Sendable {
    /// Oldest first.
    package var lines: [LogLine]
    package init(lines: [LogLine]) { self.lines = lines }
}

package struct EnvironmentList: Codable, Sendable {
    /// By name. Values are null for those who may not change them.
    package var variables: [EnvironmentVariable]
    package init(variables: [EnvironmentVariable]) { self.variables = variables }
}

/// Applied in one transaction: first `unset`, then `set`.
package struct EnvironmentChange: Codable, Sendable {
    package var set: [EnvironmentVariable]?
    package var unset: [String]?

    package init(set: [EnvironmentVariable]? = nil, unset: [String]? = nil) {
        self.set = set
        self.unset = unset
    }
}

package struct DomainView: Codable, Hashable, Sendable {
    package var host: HostName
    /// The project's own `NAME.DOMAIN`, which cannot be removed.
    package var isDefault: Bool
    /// `https://shop.example.com`, with the port where it is not 443.
    package var address: String
    package var createdAt: Date

    package init(host: HostName, isDefault: Bool, address: String, createdAt: Date) {
        self.host = host
        self.isDefault = isDefault
        self.address = address
        self.createdAt = createdAt
    }
}

package struct DomainList: Codable, Sendable {
    package var domains: [DomainView]
    package init(domains: [DomainView]) { self.domains = domains }
}

package struct AddDomainRequest: Codable, Sendable {
    package var host: String
    package init(host: String) { self.host = host }
}

/// A series of samples, oldest first.
package struct UsageSeries: Codable, Sendable {
    package struct Point: Codable, Hashable, Sendable {
        package var at: Date
        package var cpuPercent: Double
        package var memoryBytes: Int64

        package init(at: Date, cpuPercent: Double, memoryBytes: Int64) {
            self.at = at
            self.cpuPercent = cpuPercent
            self.memoryBytes = memoryBytes
        }
    }

    package var intervalSeconds: Int
    package var points: [Point]

    package init(intervalSeconds: Int, points: [Point]) {
        self.intervalSeconds = intervalSeconds
        self.points = points
    }
}
