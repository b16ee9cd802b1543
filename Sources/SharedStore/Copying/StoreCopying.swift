import Posix
import Storage

/// Reads the tables of a store, in one state of it. It belongs to one thread, and blocks.
package protocol TableReader: AnyObject {
    /// The number of rows of a table.
    func rowCount(of table: StoredTable) throws(StoreError) -> Int64

    /// The rows of a table that follow a key, or the first ones, in the order of the key.
    func page(of table: StoredTable, after key: [SQLValue]?) throws(StoreError) -> TablePage
}

/// A store on which no server runs, to be copied. It changes nothing in the store.
package protocol CopySource: TableReader {
    /// - Throws: if a server has used the store since the copy began.
    func confirmIdle() throws(StoreError)
}

/// A new store that a copy is written into. It belongs to one thread, and blocks.
///
/// The calls come in the order in which they are here. Until ``complete()`` returns, no server sees anything of the
/// store, whatever happens to this process or to the engine.
package protocol CopyTarget: AnyObject {
    /// Adds rows to a table. The tables come in the order of ``StoredTable/all``.
    func write(_ page: TablePage) throws(StoreError)

    /// Makes keys and indexes, and what the engine has besides the tables' common columns.
    func finishRows() throws(StoreError)

    /// Reads what was written.
    func reader() throws(StoreError) -> any TableReader

    /// Proves that the store is whole, and that the points in it add up.
    func check(
        until cancellation: Cancellation, progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport

    /// Lets servers see the store.
    func complete() throws(StoreError)

    /// Removes everything that was made, after a failure of another call.
    func discard()
}
