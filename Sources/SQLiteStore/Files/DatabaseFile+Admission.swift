import Posix
import SQLite
import Storage

extension Database {
    /// Refuses a database of an earlier Martlet, for a command that works with the tables of this one.
    func requireCurrentSchema(_ path: String) throws(StoreError) {
        let version = (try? first("PRAGMA user_version") { row in row.integer(0) }) ?? nil
        guard let version, version < Schema.migrations.count else { return }
        throw StoreError(
            "The database \(path) was made by an earlier Martlet (schema \(version), and this one has "
                + "\(Schema.migrations.count)); start this Martlet on it once, which converts it.")
    }
}

/// Martlet opens only its own databases, with the tables that it made: other programs may have changed a file
/// meanwhile.
extension DatabaseFile {
    static func connect(to path: String, mode: Database.Mode) throws(StoreError) -> sending Database {
        do throws(SQLiteError) {
            let database = try Database(path: path, mode: mode)
            database.limitValues(bytes: ConnectionSettings.valueBytesMax)
            database.setBusyTimeout(milliseconds: ConnectionSettings.busyTimeoutMilliseconds)
            try database.execute(ConnectionSettings.common)
            return database
        } catch {
            guard !error.isForbidden else { throw .forbidden("open", database: path) }
            throw StoreError("The database \(path) can't be opened: \(error).")
        }
    }

    /// Returns the version of a Martlet database. Refuses any other file before anything in it changes.
    static func admit(
        _ database: Database, path: String, mayBeReadOnly: Bool = false,
        migrations: [String] = Schema.migrations
    ) throws(StoreError) -> Int {
        let provenance: Schema.Provenance
        do throws(SQLiteError) {
            provenance = try Schema.provenance(of: database, migrationCount: migrations.count)
        } catch {
            guard !error.isNotADatabase else { throw StoreError("The file \(path) is not a database.") }
            guard !error.isForbidden else { throw .forbidden("read or write", database: path) }
            throw unreadable(path, error, isBackup: mayBeReadOnly)
        }
        guard mayBeReadOnly || !database.isReadOnly else {
            throw .forbidden("write", database: path)
        }
        switch provenance {
        case .ours(let version):
            try refuseForeignSchema(database, path, version, migrations, isBackup: mayBeReadOnly)
            return version
        case .foreign:
            throw StoreError("The database \(path) belongs to another program; Martlet leaves it alone.")
        case .newer(let version):
            throw StoreError(
                "The database \(path) was made by a later Martlet (its schema is \(version), "
                    + "this one knows \(migrations.count)): run that one.")
        }
    }

    /// Refuses a file with tables, indexes, triggers or views that Martlet did not make, before any of them is used.
    private static func refuseForeignSchema(
        _ database: Database, _ path: String, _ version: Int, _ migrations: [String], isBackup: Bool
    ) throws(StoreError) {
        let differences: [String]
        do throws(SQLiteError) {
            differences = try Schema.differences(of: database, version: version, migrations: migrations)
        } catch {
            throw unreadable(path, error, isBackup: isBackup)
        }
        guard !differences.isEmpty else { return }
        let shown = differences.prefix(differencesShownMax).joined(separator: "; ")
        let more =
            differences.count > differencesShownMax
            ? "; and \(differences.count - differencesShownMax) more" : ""
        throw StoreError(
            "The database \(path) is not as Martlet made it, and is not used: \(shown)\(more). Restore a backup, or have sqlite3 "
                + "undo what was changed.", isDamage: true)
    }

    private static let differencesShownMax = 5

    /// - Parameter isBackup: true for a file in whose place another backup may be used.
    private static func unreadable(_ path: String, _ error: SQLiteError, isBackup: Bool) -> StoreError {
        let advice = isBackup ? "take another backup" : "restore the newest backup"
        return StoreError(
            "The database \(path) can't be read: \(error).\(error.isDamage ? " It is damaged: \(advice)." : "")",
            isDamage: error.isDamage)
    }
}
