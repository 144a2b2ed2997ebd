import Core
import FoundationEssentials
import Glibc

/// What is left on disk about a running instance for the daemon that comes after this one. No environment: it holds
/// secrets, and the next daemon knows it anyway.
struct InstanceRecord: Codable, Sendable, Hashable {
    var project: Project.ID
    var projectName: ProjectName
    var service: String
    var index: Int
    var release: Int
    var port: Int?
    var pid: Int32
    /// Field 22 of /proc/PID/stat: a process with this number and another time is a stranger.
    var startTime: UInt64
    /// Of this start of the machine.
    var boot: String
    var restarts: Int
    var uid: UInt32
    var outputPath: String
    var errorPath: String

    var name: String { "\(service).\(index)" }

    static let currentBoot = ProcFile.text("/proc/sys/kernel/random/boot_id")?.prefix(36).description ?? ""

    /// Whether the process that this record is about still runs.
    var isAlive: Bool {
        guard boot == Self.currentBoot, let row = ProcessTable.row(of: pid) else { return false }
        return row.startTime == startTime && !row.isZombie
    }

    /// The same about this process.
    func of(_ process: LaunchedProcess) -> InstanceRecord {
        var record = self
        record.pid = process.pid
        record.startTime = process.startTime
        return record
    }

    /// Whole or not at all.
    func write(to path: String) throws {
        let bytes = Array(try NodePilotJSON.encoder().encode(self))
        let file = try Descriptor.open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        try file.writeAll(bytes)
        guard rename(path + ".new", path) == 0 else { throw SystemError("rename \(path)") }
    }

    /// Nil for what is not a record: a crash may have left anything.
    static func read(_ path: String) -> InstanceRecord? {
        guard let bytes = ProcFile.bytes(path) else { return nil }
        // Whatever does not read as a record names no process that we could be sure of.
        return try? NodePilotJSON.decoder().decode(InstanceRecord.self, from: Data(bytes))
    }
}
