import Loyalty
import Posix
import SQLite
import Storage

/// The database that a server has open. The connection was opened at the start, so it reads the server's file even if
/// that was removed or replaced since. It is confined to one thread at a time.
final class OpenDatabase: StoreMaintenance, BackupSource {
    private let database: Database
    private let path: String
    private let isOverwritten: @Sendable () -> Bool

    /// - Parameter isOverwritten: looks at the files, and returns true if another program wrote into the files, so that
    ///   a copy of them is no backup.
    init(database: sending Database, path: String, isOverwritten: @escaping @Sendable () -> Bool) {
        self.database = database
        self.path = path
        self.isOverwritten = isOverwritten
    }

    var backups: any BackupSource { self }

    func backUp(
        to path: String, until cancellation: Cancellation, progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport {
        try refuseOverwritten(Self.noBackup)
        let report = try Backup.write(database, to: path, until: cancellation, progress: progress)
        do throws(StoreError) {
            try refuseOverwritten(Self.noBackup)
        } catch {
            try? PrivateFile.remove(path: path)
            throw error
        }
        return report
    }

    private static let noBackup = ", and a copy of them would be no backup"

    /// - Parameter consequence: the rest of the sentence that names the fault.
    private func refuseOverwritten(_ consequence: String = "") throws(StoreError) {
        guard isOverwritten() else { return }
        throw StoreError(
            "Another program wrote into the files of the database \(path)\(consequence): stop the server and restore the last "
                + "backup.", isDamage: true)
    }

    func check(
        until cancellation: Cancellation, progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport {
        // A foreign file may be whole by itself, and the server's caches may hide it.
        try refuseOverwritten()
        // The check has a large cache, and the connection stays.
        defer { try? database.execute("PRAGMA cache_size = -\(Self.cacheKibibytes); PRAGMA shrink_memory") }
        let report = try IntegrityCheck.run(on: database, path, until: cancellation, progress)
        try refuseOverwritten()
        return report
    }

    func export(
        _ login: Login?, until cancellation: Cancellation, _ record: (ShopRecord) -> Bool
    ) throws(StoreError) -> Bool {
        try database.exportShop(login, path: path, until: cancellation, record)
    }

    func extent(atSeconds now: Int64) -> StoreExtent? { database.extent(atSeconds: now) }

    func extent(ofBackup path: String) -> StoreExtent? { Database.extent(ofBackup: path) }

    /// The size of SQLite's cache by default (sqlite.org/pragma.html#pragma_cache_size).
    private static let cacheKibibytes = 2000
}

extension Database {
    /// See ``BackupSource/extent(atSeconds:)``. Reward rules have no time.
    func extent(atSeconds now: Int64) -> StoreExtent? {
        // Users are never removed, so the greatest id is their number.
        let sql: StaticString = """
            SELECT coalesce((SELECT created_at FROM users ORDER BY id LIMIT 1),
                (SELECT accepted_at FROM receipts LIMIT 1), (SELECT ?1 FROM reward_rules LIMIT 1), -1),
                coalesce((SELECT max(id) FROM users), 0)
            """
        let found = try? first(sql, now * 1000) { row in (row.integer(0), row.integer(1)) }
        return found.map { milliseconds, customerCount in
            StoreExtent(firstWriteAt: milliseconds < 0 ? nil : milliseconds / 1000, customerCount: customerCount)
        }
    }

    /// See ``BackupSource/extent(ofBackup:)``.
    static func extent(ofBackup path: String) -> StoreExtent? {
        // Opening a pipe would wait for its writer.
        guard File.kind(path: path) == .regular, let copy = try? DatabaseFile.openCopy(path: path) else { return nil }
        defer { copy.close() }
        return copy.extent(atSeconds: 0)
    }
}
