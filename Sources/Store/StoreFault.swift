internal import CLinux
internal import Core
internal import GRDB
internal import Glibc
internal import Logging

/// Turns what SQLite and the system report into the one error that crosses targets. Details go to the log only: they
/// name tables and files, which are no business of the person who asked.
enum StoreFault {
    static func translate(_ error: any Error, directory: String, logger: Logger) -> NodePilotError {
        switch error {
        case let error as NodePilotError: return error
        case let error as SystemFault: return translate(error, logger: logger)
        case let error as DatabaseError: return translate(error, directory: directory, logger: logger)
        default:
            logger.error("The database holds something that cannot be read.", metadata: ["error": "\(error)"])
            return NodePilotError(.internal, "Something stored cannot be read.", hint: seeLog)
        }
    }

    // MARK: - Private

    private static let seeLog = "The server's log has the details."

    private static let diskFull = NodePilotError(
        .insufficientStorage, "The server's disk is full, so nothing was changed.",
        hint: "Free some space, for example by deleting projects you do not need, and try again.")

    private static func translate(_ error: SystemFault, logger: Logger) -> NodePilotError {
        logger.error("\(error)")
        guard !error.isDiskFull else { return diskFull }
        return NodePilotError(
            .internal, "The server \(error.description).", hint: "Check the rights of the data folder.")
    }

    private static func translate(_ error: DatabaseError, directory: String, logger: Logger) -> NodePilotError {
        if error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY {
            return NodePilotError(.notFound, "What this belongs to has been removed meanwhile.")
        }
        logger.log(
            level: error.resultCode == .SQLITE_MISUSE ? .debug : .error,  // late calls at the end are nobody's fault
            "The database refused.",
            metadata: ["code": "\(error.extendedResultCode.rawValue)", "error": "\(error)"])
        switch error.resultCode {
        case .SQLITE_FULL: return diskFull
        case .SQLITE_IOERR where cannotStore.contains(error.extendedResultCode): return diskFull
        case .SQLITE_IOERR where isFull(directory), .SQLITE_CANTOPEN where isFull(directory): return diskFull
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return NodePilotError(
                .unavailable, "The database is in use by another program.",
                hint: "Close other programs that have it open, and try again.", retryAfter: 5)
        case .SQLITE_MISUSE:
            return NodePilotError(
                .unavailable, "The server is stopping.", hint: "Try again in a moment.", retryAfter: 5)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return NodePilotError(
                .internal, "The database is damaged.", hint: "Restore it from a backup. \(seeLog)")
        default:
            return NodePilotError(.internal, "The database could not do this.", hint: seeLog)
        }
    }

    /// The write reached the disk's limits or its faults, and did not become durable.
    private static let cannotStore: [ResultCode] = [
        .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC, .SQLITE_IOERR_SHMSIZE,
    ]

    /// No blocks or no inodes: SQLite says "cannot open" when it cannot make the WAL.
    private static func isFull(_ directory: String) -> Bool {
        var bytes: Int64 = 0
        var files: Int64 = 0
        guard nodepilot_free_space(directory, &bytes, &files) == 0 else { return false }
        return bytes == 0 || files == 0
    }
}
