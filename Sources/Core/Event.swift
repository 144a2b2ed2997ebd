package import FoundationEssentials

/// What changed, for the dashboard's event stream and everyone else who watches.
package enum Event: Sendable {
    /// Its row, state, instances or release changed.
    case project(Project.ID)
    case projectDeleted(Project.ID, ProjectName, owner: User.ID)
    case deployment(Deployment)
    case deploymentLog(DeploymentLogLine, project: Project.ID)
    case metrics(MetricsSample)
}

/// One sampling of the machine and of every project.
package struct MetricsSample: Codable, Sendable {
    package var at: Date
    package var system: SystemUsage
    package var projects: [ProjectUsage]

    package init(at: Date, system: SystemUsage, projects: [ProjectUsage]) {
        self.at = at
        self.system = system
        self.projects = projects
    }
}

package struct SystemUsage: Codable, Hashable, Sendable {
    /// Of all cores together: 0 to 100.
    package var cpuPercent: Double
    package var memoryUsedBytes: Int64
    package var memoryTotalBytes: Int64
    package var diskUsedBytes: Int64
    package var diskTotalBytes: Int64
    package var load1: Double

    package init(
        cpuPercent: Double, memoryUsedBytes: Int64, memoryTotalBytes: Int64, diskUsedBytes: Int64,
        diskTotalBytes: Int64, load1: Double
    ) {
        self.cpuPercent = cpuPercent
        self.memoryUsedBytes = memoryUsedBytes
        self.memoryTotalBytes = memoryTotalBytes
        self.diskUsedBytes = diskUsedBytes
        self.diskTotalBytes = diskTotalBytes
        self.load1 = load1
    }
}

package struct ProjectUsage: Codable, Hashable, Sendable {
    package var projectID: Project.ID
    /// Of one core: 100 is one core in full.
    package var cpuPercent: Double
    package var memoryBytes: Int64

    package init(projectID: Project.ID, cpuPercent: Double, memoryBytes: Int64) {
        self.projectID = projectID
        self.cpuPercent = cpuPercent
        self.memoryBytes = memoryBytes
    }
}
