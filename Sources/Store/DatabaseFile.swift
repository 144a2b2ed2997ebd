internal import Core
internal import GRDB
internal import Glibc

/// The database's file and connections: one writer, which alone checkpoints, and two readers.
enum DatabaseFile {
    /// Pages that each connection may keep, in KiB: the daemon is to stay small, and the kernel caches the file anyway.
    private static let writerCacheKiB = 256
    private static let readerCacheKiB = 128
    /// The WAL is cut back to this after a checkpoint.
    private static let journalBytes = 4 * 1024 * 1024

    static func open(in directory: String) throws -> DatabasePool {
        let path = directory + "/" + Store.fileName
        try Files.makeFolder(directory, mode: 0o711)
        try claim(path)
        let pool = try DatabasePool(path: path, configuration: configuration())
        // The pool sets NORMAL when it turns WAL on, after the preparation above: an acknowledged write would not
        // survive a power cut. The writer is one connection for the pool's whole life, so once is enough.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        return pool
    }

    static func close(_ pool: DatabasePool) throws {
        pool.releaseMemory()  // closes the readers, so that the writer is the last one, which checkpoints and tidies up
        try pool.close()
    }

    // MARK: - Private

    /// Makes an empty file for SQLite with mode 0600, which the WAL and its index inherit. Never opens one that
    /// exists: closing it would drop the locks that SQLite holds on it.
    private static func claim(_ path: String) throws {
        let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            Glibc.close(descriptor)
        } else if errno != EEXIST {
            throw SystemFault(doing: "make the database")
        } else if chmod(path, 0o600) != 0 {
            throw SystemFault(doing: "protect the database")
        }
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "nodepilot.store"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 2
        configuration.prepareDatabase { db in
            let cache = db.configuration.readonly ? readerCacheKiB : writerCacheKiB
            try db.execute(sql: "PRAGMA cache_size = -\(cache)")
            guard !db.configuration.readonly else {
                try db.execute(sql: "PRAGMA query_only = ON")
                return
            }
            try db.execute(sql: "PRAGMA journal_size_limit = \(journalBytes)")
        }
        return configuration
    }
}
