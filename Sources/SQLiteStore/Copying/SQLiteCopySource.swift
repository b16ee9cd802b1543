import Posix
import SQLite
import SharedStore
import Storage

/// A database as the source of a copy. No server runs on it, and none can start while this object lives.
package final class SQLiteCopySource: CopySource {
    private let file: DatabaseFile
    private let database: Database
    private let reader: SQLiteTableReader

    /// Locks an existing database, and puts the content of its log back into it.
    package init(path: String, until cancellation: Cancellation) throws(StoreError) {
        do throws(IdleStoreError) {
            file = try IdleDatabase.lock(path)
        } catch {
            switch error {
            case .inUse: throw StoreError.serverRuns(onDatabase: path)
            case .other(let error): throw error
            }
        }
        database = try file.openWithoutServer()
        do throws(StoreError) {
            try database.requireCurrentSchema(path)
            reader = try SQLiteTableReader(database, path)
        } catch {
            database.close()
            throw error
        }
        database.interruptStatements { cancellation.isCancelled }
    }

    deinit {
        reader.close()
        database.close()
    }

    package func rowCount(of table: StoredTable) throws(StoreError) -> Int64 { try reader.rowCount(of: table) }

    package func page(of table: StoredTable, after key: [SQLValue]?) throws(StoreError) -> TablePage {
        try reader.page(of: table, after: key)
    }

    /// The lock keeps all servers away.
    package func confirmIdle() throws(StoreError) {}
}
