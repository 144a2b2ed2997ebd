package import Core
import Glibc
import Synchronization

/// Looks at the machine: /proc, /etc/os-release and statvfs(3). Every call reads a few small files and does not wait.
package final class SystemProbe: Sendable {
    /// What does not change while we run.
    package struct Facts: Sendable, Hashable {
        package var hostname: String
        /// `Debian GNU/Linux 12 (bookworm)`
        package var os: String
        package var kernel: String
        /// `x86_64`, `aarch64`
        package var architecture: String
        package var cpuModel: String
        package var cpuCount: Int
        package var memoryTotalBytes: Int64
    }

    /// The memory of this very process.
    package struct OwnMemory: Sendable, Hashable {
        /// VmRSS.
        package var residentBytes: Int64
        /// RssAnon: what is ours alone.
        package var privateBytes: Int64
    }

    private struct Counters {
        var busy: UInt64 = 0
        var total: UInt64 = 0
    }

    private let disk: String
    private let last: Mutex<Counters>

    /// - Parameter disk: a path on the file system whose room counts: the data folder.
    package init(disk: String) {
        self.disk = disk
        last = Mutex(Self.counters() ?? Counters())
    }

    /// CPU since the last call (or the making of the probe), the rest as of now.
    package func usage() -> SystemUsage {
        let memory = Self.memory()
        let room = Self.room(disk)
        return SystemUsage(
            cpuPercent: cpuPercent(), memoryUsedBytes: memory.total - memory.available,
            memoryTotalBytes: memory.total, diskUsedBytes: room.total - room.free, diskTotalBytes: room.total,
            load1: ProcFile.text("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) } ?? 0)
    }

    package static func facts() -> Facts {
        var name = utsname()
        uname(&name)
        return Facts(
            hostname: text(&name.nodename), os: osName(ProcFile.lines("/etc/os-release")), kernel: text(&name.release),
            architecture: text(&name.machine), cpuModel: cpuModel(ProcFile.lines("/proc/cpuinfo")),
            cpuCount: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))), memoryTotalBytes: memory().total)
    }

    package static func uptimeSeconds() -> Int64 {
        let text = ProcFile.text("/proc/uptime")?.split(separator: " ").first
        return text.flatMap { Double($0) }.map { Int64($0) } ?? 0
    }

    package static func ownMemory() -> OwnMemory {
        let lines = ProcFile.lines("/proc/self/status")
        return OwnMemory(
            residentBytes: kibibytes("VmRSS", in: lines), privateBytes: kibibytes("RssAnon", in: lines))
    }

    // MARK: - Parsing

    /// os-release(5): `PRETTY_NAME="…"`.
    static func osName(_ lines: [Substring]) -> String {
        guard let line = lines.first(where: { $0.hasPrefix("PRETTY_NAME=") }) else { return "Linux" }
        let value = line.dropFirst(12)
        guard let quote = value.first, quote == "\"" || quote == "'", value.count >= 2 else { return String(value) }
        return String(value.dropFirst().dropLast())
    }

    /// x86 has `model name`; arm64 has no name that people would know.
    static func cpuModel(_ lines: [Substring]) -> String {
        for line in lines where line.hasPrefix("model name") || line.hasPrefix("Model") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            return String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return ""
    }

    // MARK: - Private

    private func cpuPercent() -> Double {
        guard let now = Self.counters() else { return 0 }
        return last.withLock { last in
            defer { last = now }
            // Idle counters may run backwards by a tick (proc_stat(5)).
            guard now.total > last.total, now.busy >= last.busy else { return 0 }
            return min(100, 100 * Double(now.busy - last.busy) / Double(now.total - last.total))
        }
    }

    /// The line `cpu` of /proc/stat: user nice system idle iowait irq softirq steal (guest time is in user already).
    private static func counters() -> Counters? {
        guard let line = ProcFile.lines("/proc/stat").first(where: { $0.hasPrefix("cpu ") }) else { return nil }
        let fields = line.split(separator: " ").dropFirst().prefix(8).compactMap { UInt64($0) }
        guard fields.count >= 5 else { return nil }
        let total = fields.reduce(0, &+)
        return Counters(busy: total &- fields[3] &- fields[4], total: total)
    }

    private static func memory() -> (total: Int64, available: Int64) {
        let lines = ProcFile.lines("/proc/meminfo")
        return (kibibytes("MemTotal", in: lines), kibibytes("MemAvailable", in: lines))
    }

    private static func kibibytes(_ name: String, in lines: [Substring]) -> Int64 {
        guard let line = lines.first(where: { $0.hasPrefix(name + ":") }) else { return 0 }
        let value = line.dropFirst(name.count + 1).split(whereSeparator: { $0 == " " || $0 == "\t" }).first
        return value.flatMap { Int64($0) }.map { $0 * 1024 } ?? 0
    }

    private static func room(_ path: String) -> (total: Int64, free: Int64) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return (0, 0) }
        let block = Int64(status.f_frsize)
        // What is kept for root counts as used for everybody else, as df(1) has it.
        return (Int64(status.f_blocks) * block, Int64(status.f_bavail) * block)
    }

    private static func text<Field>(_ field: inout Field) -> String {
        withUnsafeBytes(of: &field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
