package import Core
import Glibc

extension Supervisor {
    /// CPU time since the last call and memory of every project that has processes. The memory is the sum of what is
    /// resident in each process of the session, pages that they share counted in each.
    package func usage() async -> [ProjectUsage] {
        let leaders = instances.values.compactMap { instance in instance.process.map { (instance.id, $0.pid) } }
        let now = ContinuousClock.now
        let readings = await BlockingWork.run { Self.read(leaders) }
        var totals: [Project.ID: ProjectUsage] = [:]
        for reading in readings {
            guard let instance = instances[reading.id], instance.process?.pid == reading.pid else { continue }
            instance.take(ticks: reading.ticks, bytes: reading.bytes, at: now)
            let project = instance.specification.project
            var total = totals[project] ?? ProjectUsage(projectID: project, cpuPercent: 0, memoryBytes: 0)
            total.cpuPercent += instance.cpuPercent
            total.memoryBytes += instance.memoryBytes
            totals[project] = total
        }
        return totals.values.sorted { $0.projectID < $1.projectID }
    }

    // MARK: - Private

    private struct Reading: Sendable {
        var id: InstanceID
        var pid: Int32
        var ticks: UInt64
        var bytes: Int64
    }

    private static func read(_ leaders: [(InstanceID, Int32)]) -> [Reading] {
        if leaders.isEmpty { return [] }
        let table = ProcessTable.now()
        return leaders.map { id, pid in
            let tree = table.tree(of: pid)
            return Reading(
                id: id, pid: pid, ticks: tree.reduce(0) { $0 &+ $1.cpuTicks },
                bytes: tree.reduce(0) { $0 + ProcessTable.residentBytes(of: $1.pid) })
        }
    }
}

extension Instance {
    fileprivate func take(ticks: UInt64, bytes: Int64, at now: ContinuousClock.Instant) {
        if let measured, now > measured {
            // A child that ended without being waited for takes its time along: never below nothing.
            let spent = Double(ticks > self.ticks ? ticks - self.ticks : 0) / Double(sysconf(Int32(_SC_CLK_TCK)))
            cpuPercent = 100 * spent / ((now - measured) / .seconds(1))
        } else {
            cpuPercent = 0
        }
        measured = now
        self.ticks = ticks
        memoryBytes = bytes
    }
}
