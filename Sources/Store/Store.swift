internal import Dispatch
package import FoundationEssentials
internal import GRDB
package import Logging

/// The database `DATA/nodepilot.db`: everything that NodePilot remembers, and the only code that opens that file.
///
/// Every method runs on the database's own queues, never on the caller's thread, is one transaction, and returns only
/// once the change is on disk (WAL, `synchronous=FULL`). Cancelling the calling task does not undo it: a deployment
/// that is cancelled can still be recorded as failed.
///
/// Errors are `NodePilotError`: `.notFound`, `.conflict`, `.invalidInput` for what the caller asked,
/// `.insufficientStorage` when the disk is full, `.unavailable` when the database is closed or locked, and `.internal`
/// for the rest, whose details are logged.
package final class Store: Sendable {
    static let fileName = "nodepilot.db"

    let pool: DatabasePool
    let seal: EnvironmentSeal
    let now: @Sendable () -> Date
    private let logger: Logger
    private let directory: String

    /// Opens the database in the data folder, makes it at the first start, and migrates it.
    ///
    /// The caller holds the lock of the data folder: one process at a time has the database open.
    /// - Parameters:
    ///   - directory: the data folder; made when it is missing.
    ///   - now: the clock of every timestamp that the caller does not pass.
    /// - Throws: `.unprocessable` with the sentence for the operator when the database is of a newer version or its
    ///   key does not fit.
    package static func open(
        directory: String, logger: Logger = Logger(label: "nodepilot.store"),
        now: @escaping @Sendable () -> Date = { Date() }
    ) async throws -> Store {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "nodepilot.store.open").async {
                continuation.resume(with: Result { try Store(directory: directory, logger: logger, now: now) })
            }
        }
    }

    private init(directory: String, logger: Logger, now: @escaping @Sendable () -> Date) throws {
        self.directory = directory
        self.logger = logger
        self.now = now
        do {
            pool = try DatabaseFile.open(in: directory)
            try Schema.migrate(pool)
            seal = try EnvironmentSeal.unlock(secrets: directory + "/secrets", for: pool)
        } catch {
            throw StoreFault.translate(error, directory: directory, logger: logger)
        }
    }

    /// Waits for what is under way, folds the WAL into the database and closes it. Blocks; for the end of the process.
    /// Later calls of any method throw `.unavailable`.
    package func close() {
        do {
            try DatabaseFile.close(pool)
        } catch {
            logger.error("The database was not closed in good order; nothing is lost.", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Access

    /// Runs `query` on one of the readers, in a snapshot of its own.
    func read<Value: Sendable>(_ query: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { access in
                let result = Result { try query(access.get()) }
                continuation.resume(with: result.mapError(self.translate))
            }
        }
    }

    /// Runs `change` in an immediate transaction of the one writer, and returns once it is committed.
    func write<Value: Sendable>(_ change: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            pool.asyncWrite(change) { _, result in
                continuation.resume(with: result.mapError(self.translate))
            }
        }
    }

    // MARK: - Private

    private func translate(_ error: any Error) -> any Error {
        StoreFault.translate(error, directory: directory, logger: logger)
    }
}
