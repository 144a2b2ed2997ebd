import Glibc
import Synchronization

/// What the server itself takes of the machine.
package final class OwnUsage: Sendable {
    package struct Reading: Sendable, Hashable {
        package var pid: Int32
        /// Of one core, since the reading before.
        package var cpuPercent: Double
        /// VmRSS.
        package var residentBytes: Int64
    }

    private let last = Mutex((cpu: OwnUsage.seconds(CLOCK_PROCESS_CPUTIME_ID), at: OwnUsage.seconds(CLOCK_MONOTONIC)))

    package init() {}

    package func read() -> Reading {
        let (cpu, at) = (Self.seconds(CLOCK_PROCESS_CPUTIME_ID), Self.seconds(CLOCK_MONOTONIC))
        let percent = last.withLock { last in
            defer { last = (cpu, at) }
            return at > last.at ? max(0, (cpu - last.cpu) / (at - last.at) * 100) : 0
        }
        return Reading(
            pid: getpid(), cpuPercent: percent, residentBytes: SystemProbe.ownMemory().residentBytes)
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
