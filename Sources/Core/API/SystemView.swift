package import FoundationEssentials

package struct SystemInfo: Codable, Sendable {
    package var hostname: String
    /// `Debian GNU/Linux 12 (bookworm)`
    package var os: String
    package var kernel: String
    package var architecture: String
    package var cpuModel: String
    package var cpuCount: Int
    package var memoryTotalBytes: Int64
    package var diskTotalBytes: Int64
    package var uptimeSeconds: Int64
    package var version: String
    package var commit: String
    /// The dashboard's address.
    package var address: String
    package var domain: String
    package var startedAt: Date
    /// What apps can be run with: "Node.js 20.19.2". Empty strings are never in it.
    package var runtimes: [String]
    /// What is missing on this machine and what to do about it, a sentence each.
    package var warnings: [String]

    package init(
        hostname: String, os: String, kernel: String, architecture: String, cpuModel: String, cpuCount: Int,
        memoryTotalBytes: Int64, diskTotalBytes: Int64, uptimeSeconds: Int64, version: String, commit: String,
        address: String, domain: String, startedAt: Date, runtimes: [String], warnings: [String]
    ) {
        self.hostname = hostname
        self.os = os
        self.kernel = kernel
        self.architecture = architecture
        self.cpuModel = cpuModel
        self.cpuCount = cpuCount
        self.memoryTotalBytes = memoryTotalBytes
        self.diskTotalBytes = diskTotalBytes
        self.uptimeSeconds = uptimeSeconds
        self.version = version
        self.commit = commit
        self.address = address
        self.domain = domain
        self.startedAt = startedAt
        self.runtimes = runtimes
        self.warnings = warnings
    }
}

package struct SystemMetrics: Codable, Sendable {
    package var current: SystemUsage
    package var series: UsageSeries

    package init(current: SystemUsage, series: UsageSeries) {
        self.current = current
        self.series = series
    }
}

package struct SystemProcess: Codable, Hashable, Sendable {
    package var pid: Int32
    /// `nodepilot` for the server itself, otherwise the project's `pm2_name`.
    package var name: String
    package var project: ProjectName?
    package var instance: String?
    package var release: Int?
    package var state: InstanceStatus.State
    package var startedAt: Date?
    package var restarts: Int
    package var cpuPercent: Double
    package var memoryBytes: Int64

    package init(
        pid: Int32, name: String, project: ProjectName?, instance: String?, release: Int?, state: InstanceStatus.State,
        startedAt: Date?, restarts: Int, cpuPercent: Double, memoryBytes: Int64
    ) {
        self.pid = pid
        self.name = name
        self.project = project
        self.instance = instance
        self.release = release
        self.state = state
        self.startedAt = startedAt
        self.restarts = restarts
        self.cpuPercent = cpuPercent
        self.memoryBytes = memoryBytes
    }
}

package struct ProcessList: Codable, Sendable {
    package var processes: [SystemProcess]
    package init(processes: [SystemProcess]) { self.processes = processes }
}

package struct Health: Codable, Sendable {
    /// `ok` or `starting`.
    package var status: String
    package var version: String

    package init(status: String, version: String) {
        self.status = status
        self.version = version
    }
}
