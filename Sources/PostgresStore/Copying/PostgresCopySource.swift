import Posix
import Postgres
import SharedStore
import Storage

/// A database that no instance uses, as the source of a copy: one state of it, read in one transaction.
///
/// Servers that start meanwhile wait for the lock of the migration, and give up after a minute. An instance that
/// was only frozen shows itself by the lease or by its row (``confirmIdle()``).
package final class PostgresCopySource: CopySource {
    private let connector: StoreConnector
    private let tables: PostgresTables
    private let use: InstanceUse

    private static let openMilliseconds = 30_000

    /// Connects, and waits until the last instance has been gone for long enough (``InstanceUse``).
    ///
    /// - Parameters:
    ///   - address: as libpq takes it, with its secrets.
    ///   - cancellation: Ends the wait with an error.
    ///   - progress: Is called while it waits.
    package init(
        address: String, until cancellation: Cancellation, progress: (CopyProgress) -> Void
    ) throws(StoreError) {
        connector = try StoreConnector(address: address)
        let name = connector.address.description
        do throws(PostgresError) {
            let deadline = Deadline.after(milliseconds: Self.openMilliseconds)
            var connection = try connector.connect(.owner, until: deadline)
            try connection.runScript("SELECT pg_advisory_lock(\(Migration.lockKey))", until: deadline)
            use = try InstanceUse.awaitEnd(on: &connection, until: cancellation, progress)
            let begun = Deadline.after(milliseconds: Self.openMilliseconds)
            try connection.runScript("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", until: begun)
            // The first statement takes the snapshot.
            guard try InstanceUse.read(on: &connection, until: begun) == use else { throw InstanceUse.refusal }
            tables = PostgresTables(connection, connector)
        } catch {
            throw StoreError("The database \(name) can't be copied: \(error).")
        }
    }

    package func rowCount(of table: StoredTable) throws(StoreError) -> Int64 { try tables.rowCount(of: table) }

    package func page(of table: StoredTable, after key: [SQLValue]?) throws(StoreError) -> TablePage {
        try tables.page(of: table, after: key)
    }

    package func confirmIdle() throws(StoreError) {
        do throws(PostgresError) {
            let deadline = Deadline.after(milliseconds: Self.openMilliseconds)
            var connection = try connector.connect(.owner, until: deadline)
            guard try InstanceUse.read(on: &connection, until: deadline) == use else { throw InstanceUse.refusal }
        } catch {
            throw StoreError("The database \(connector.address) can't be copied: \(error).")
        }
    }
}
