internal import Core
internal import GRDB

/// The numbered migrations. One that has been released is never changed; the next is added below it. Each runs in a
/// transaction of its own, and leaves the database readable by the version before it.
enum Schema {
    /// The number of the newest migration that this NodePilot knows.
    static var version: Int { migrations.count }

    static func migrate(_ pool: DatabasePool) throws {
        try pool.read(refuseNewer)
        var migrator = DatabaseMigrator()
        for (index, migration) in migrations.enumerated() {
            migrator.registerMigration(String(index + 1), migrate: migration)
        }
        try migrator.migrate(pool)
    }

    // MARK: - Private

    private static let migrations: [@Sendable (Database) throws -> Void] = [
        { try $0.execute(sql: Migration1.sql) }
    ]

    private static func refuseNewer(_ db: Database) throws {
        guard try db.tableExists("grdb_migrations") else { return }
        let applied = try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations").compactMap { Int($0) }
        guard let newest = applied.max(), newest > version else { return }
        throw NodePilotError(
            .unprocessable,
            "The database has version \(newest), and this NodePilot knows only versions up to \(version).",
            hint: "Install the newer NodePilot that it was used with, or restore a backup from before the upgrade.")
    }
}
