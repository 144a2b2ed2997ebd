import Glibc

/// All processes as /proc tells them at one moment.
struct ProcessTable {
    /// One line of /proc/PID/stat (proc_pid_stat(5)).
    struct Row: Sendable, Hashable {
        var pid: Int32
        var isZombie: Bool
        var parent: Int32
        var session: Int32
        /// Its own time and that of children it has waited for, in clock ticks.
        var cpuTicks: UInt64
        /// In clock ticks since the machine started: with the pid, the name of a process.
        var startTime: UInt64
    }

    let rows: [Row]

    static func now() -> ProcessTable {
        ProcessTable(rows: ProcFile.names(in: "/proc").compactMap { Int32($0) }.compactMap(row))
    }

    /// Nil when there is no such process.
    static func row(of pid: Int32) -> Row? {
        guard let text = ProcFile.text("/proc/\(pid)/stat") else { return nil }
        return parse(text)
    }

    static func parse(_ text: String) -> Row? {
        // The name in parentheses may hold anything, a closing parenthesis too: what counts comes after the last one.
        guard let open = text.firstIndex(of: " "), let pid = Int32(text[..<open]),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        // fields[0] is field 3 of the manual.
        guard fields.count > 19, let parent = Int32(fields[1]), let session = Int32(fields[3]),
            let startTime = UInt64(fields[19])
        else { return nil }
        let ticks = fields[11...14].compactMap { UInt64($0) }.reduce(0, &+)
        return Row(
            pid: pid, isZombie: fields[0] == "Z" || fields[0] == "X", parent: parent, session: session,
            cpuTicks: ticks, startTime: startTime)
    }

    /// The process itself, its session and all that descend from either, zombies left out.
    func tree(of leader: Int32) -> [Row] {
        var members: Set<Int32> = [leader]
        for row in rows where row.session == leader { members.insert(row.pid) }
        var grew = true
        while grew {
            grew = false
            for row in rows where members.contains(row.parent) && !members.contains(row.pid) {
                members.insert(row.pid)
                grew = true
            }
        }
        return rows.filter { members.contains($0.pid) && !$0.isZombie }
    }

    /// The real, effective and saved user of a process. Not the owner of its folder, which any process may make root.
    static func users(of pid: Int32) -> Set<UInt32> {
        let line = ProcFile.lines("/proc/\(pid)/status").first { $0.hasPrefix("Uid:") }
        return Set((line ?? "").split(separator: "\t").dropFirst().prefix(3).compactMap { UInt32($0) })
    }

    /// Resident memory in bytes, from statm: shared pages count in each process. The exact share (Pss) would have to be
    /// summed over every mapping, which is far too dear to ask every few seconds.
    static func residentBytes(of pid: Int32) -> Int64 {
        guard let text = ProcFile.text("/proc/\(pid)/statm") else { return 0 }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int64(fields[1]) else { return 0 }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
