import Core
import Glibc

/// The lock on DATA that a daemon, or a command that opens the database itself, holds for life (flock(2)).
struct DataLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `.conflict` when another process holds it.
    init(data: String) throws(NodePilotError) {
        let path = "\(data)/lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw NodePilotError(
                .internal, "Could not open \(path): \(String(cString: strerror(errno))).",
                hint: "Run as the user that owns the data folder.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw NodePilotError(
                .conflict, "Another NodePilot works on \(data).",
                hint: "Stop it first (systemctl stop nodepilot), or name another folder with --data.")
        }
    }

    /// The end of the process does the same.
    func release() { close(descriptor) }
}
