/// What the supervisor is told once.
package struct SupervisorConfiguration: Sendable {
    /// Absolute; holds `projects/NAME`.
    package var dataDirectory: String
    /// Absolute; holds FIFOs and the records of running instances, and does not outlive the machine's start.
    package var runDirectory: String
    /// Between SIGTERM and SIGKILL.
    package var stopGrace: Duration
    package var firstBackoff: Duration
    package var longestBackoff: Duration
    package var backoffResetAfter: Duration
    /// Ports for instances, below those that the kernel gives to outgoing connections.
    package var ports: ClosedRange<Int>

    package init(
        dataDirectory: String, runDirectory: String, stopGrace: Duration = .seconds(10),
        firstBackoff: Duration = .milliseconds(100), longestBackoff: Duration = .seconds(60),
        backoffResetAfter: Duration = .seconds(60), ports: ClosedRange<Int> = 20_000...29_999
    ) {
        self.dataDirectory = dataDirectory
        self.runDirectory = runDirectory
        self.stopGrace = stopGrace
        self.firstBackoff = firstBackoff
        self.longestBackoff = longestBackoff
        self.backoffResetAfter = backoffResetAfter
        self.ports = ports
    }

    /// How often `Supervisor.usage()` is meant to be asked.
    package static let metricsInterval: Duration = .seconds(5)
}
