package import Core
import Synchronization

/// CPU and memory of the machine and of every project over the last hour and the last day, in memory.
package final class UsageHistory: Sendable {
    package enum Range: String, Sendable, CaseIterable {
        /// 360 points of 10 seconds.
        case hour
        /// 288 points of 5 minutes.
        case day
    }

    private struct Rings {
        var hour = UsageRing(intervalSeconds: 10, capacity: 360)
        var day = UsageRing(intervalSeconds: 300, capacity: 288)

        func series(_ range: Range) -> UsageSeries { range == .hour ? hour.series : day.series }
    }

    private struct State {
        var latest: SystemUsage?
        var system = Rings()
        var projects: [Project.ID: Rings] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func add(_ sample: MetricsSample) {
        state.withLock { state in
            let system = sample.system
            state.latest = system
            state.system.hour.add(cpuPercent: system.cpuPercent, memoryBytes: system.memoryUsedBytes, at: sample.at)
            state.system.day.add(cpuPercent: system.cpuPercent, memoryBytes: system.memoryUsedBytes, at: sample.at)
            for usage in sample.projects {
                var rings = state.projects.removeValue(forKey: usage.projectID) ?? Rings()
                rings.hour.add(cpuPercent: usage.cpuPercent, memoryBytes: usage.memoryBytes, at: sample.at)
                rings.day.add(cpuPercent: usage.cpuPercent, memoryBytes: usage.memoryBytes, at: sample.at)
                state.projects[usage.projectID] = rings
            }
        }
    }

    /// The machine as last sampled; nil before the first sample.
    package var latest: SystemUsage? { state.withLock(\.latest) }

    package func system(_ range: Range) -> UsageSeries { state.withLock { $0.system.series(range) } }

    /// Empty for a project that has not run.
    package func project(_ id: Project.ID, _ range: Range) -> UsageSeries {
        state.withLock { ($0.projects[id] ?? Rings()).series(range) }
    }

    package func forget(_ id: Project.ID) { state.withLock { _ = $0.projects.removeValue(forKey: id) } }
}
