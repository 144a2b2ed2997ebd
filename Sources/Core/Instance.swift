package import FoundationEssentials

/// One running process of a service, as people see it.
package struct InstanceStatus: Codable, Hashable, Sendable {
    package enum State: String, Codable, Sendable {
        case starting, running, stopping, stopped
        /// Exited; waits for its next start.
        case backoff
        /// Exited, and not to be started again.
        case failed
    }

    /// `web.1`
    package var name: String
    package var service: String
    package var release: Int
    package var state: State
    package var pid: Int32?
    package var port: Int?
    package var startedAt: Date?
    package var restarts: Int
    /// How the last process ended, in words: "exit code 1", "killed by SIGKILL"; nil if none has ended.
    package var lastExit: String?
    /// Of one core, over the last sampling interval; 100 is one core in full.
    package var cpuPercent: Double
    /// Private and shared pages in memory of the process and its descendants.
    package var memoryBytes: Int64

    package init(
        name: String, service: String, release: Int, state: State, pid: Int32? = nil, port: Int? = nil,
        startedAt: Date? = nil, restarts: Int = 0, lastExit: String? = nil, cpuPercent: Double = 0,
        memoryBytes: Int64 = 0
    ) {
        self.name = name
        self.service = service
        self.release = release
        self.state = state
        self.pid = pid
        self.port = port
        self.startedAt = startedAt
        self.restarts = restarts
        self.lastExit = lastExit
        self.cpuPercent = cpuPercent
        self.memoryBytes = memoryBytes
    }
}
