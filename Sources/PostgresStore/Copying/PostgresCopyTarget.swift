import Posix
import Postgres
import SharedStore
import Storage

/// A database without tables that a copy is written into, in one transaction: no server sees anything of it before the
/// commit, and the server rolls back everything if the connection ends before.
///
/// Servers that start meanwhile wait for the lock of the migration, and give up after a minute.
package final class PostgresCopyTarget: CopyTarget {
    private let connector: StoreConnector
    private let cancellation: Cancellation
    /// `nil` after the end of the connection.
    private var tables: PostgresTables?
    private let keys: DeferredKeys
    /// By this number, the copy is told from a shop that another program has made in its place.
    private let epoch: UInt64

    private static let openMilliseconds = 30_000
    /// The longest wait for a standby to confirm the commit.
    private static let commitMilliseconds = 60_000

    /// Connects, and makes the tables without keys and indexes.
    ///
    /// - Parameter address: as libpq takes it, with its secrets.
    package init(address: String, until cancellation: Cancellation) throws(StoreError) {
        connector = try StoreConnector(address: address)
        self.cancellation = cancellation
        do throws(PostgresError) {
            let deadline = Deadline.after(milliseconds: Self.openMilliseconds)
            var connection = try connector.open(.owner, until: deadline)
            guard try Migration.version(on: &connection, until: deadline) == 0 else {
                throw SessionSetup.refusal(
                    "it has tables of Martlet, and copies and imports are written into an empty database only")
            }
            try Migration.beginNew(on: &connection, until: deadline)
            epoch = try Shop.entityTagEpoch(on: &connection, until: deadline)
            keys = try DeferredKeys.remove(on: &connection, until: deadline)
            // Instance 0 gets the copied figures, which are the sums of all instances before the copy.
            try connection.runScript("ALTER TABLE figures ALTER COLUMN instance SET DEFAULT 0", until: deadline)
            tables = PostgresTables(connection, connector)
        } catch {
            throw StoreError("The database \(connector.address) can't be written: \(error).")
        }
    }

    private var open: PostgresTables {
        guard let tables else { preconditionFailure("a target must not be used after its end") }
        return tables
    }

    package func write(_ page: TablePage) throws(StoreError) { try open.write(page) }

    package func finishRows() throws(StoreError) {
        let keys = keys
        try open.describing("completed") { connection throws(PostgresError) in
            try CancellationWatch.run(on: &connection, until: cancellation) {
                (connection: inout Connection) throws(PostgresError) in
                try keys.make(on: &connection)
                for table in StoredTable.all where table.columns[0].name == "id" {
                    try connection.run(Self.nextID(of: table), until: PostgresCheck.deadline)
                }
                try connection.runScript(Self.completion, until: PostgresCheck.deadline)
            }
        }
    }

    /// Lets the ids of new rows follow those that were copied.
    private static func nextID(of table: StoredTable) -> String {
        """
        SELECT setval(sequence, greatest(coalesce(last, 1), 1), last IS NOT NULL)
        FROM (SELECT pg_get_serial_sequence('\(table.name)', 'id') AS sequence, max(id) AS last FROM \(table.name)) AS ids
        WHERE sequence IS NOT NULL
        """
    }

    private static let completion = """
        ALTER TABLE figures ALTER COLUMN instance DROP DEFAULT;
        UPDATE balances SET unfinished = counted FROM (
            SELECT user_id AS owner, count(*) AS counted FROM orders WHERE status < 2 GROUP BY user_id
        ) AS counts WHERE user_id = owner;
        \(StoredTable.all.map { "ANALYZE \($0.name)" }.joined(separator: ";\n"))
        """

    package func reader() throws(StoreError) -> any TableReader { open }

    package func check(
        until cancellation: Cancellation, progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport {
        try open.describing("checked") { connection throws(PostgresError) in
            try PostgresCheck.report(on: &connection, until: cancellation, progress)
        }
    }

    package func complete() throws(StoreError) {
        let tables = open
        do throws(PostgresError) {
            let deadline = Deadline.after(milliseconds: Self.commitMilliseconds)
            _ = tables.connection.takeWarnings()
            try tables.connection.runScript("COMMIT", until: deadline)
        } catch {
            guard error.isEndOfConnection else {
                throw StoreError("The copy was not written into \(connector.address): \(error).")
            }
            self.tables = nil
            return try decide(after: error)
        }
        guard CommitFate.after(warnings: tables.connection.takeWarnings()) == .committed else {
            throw StoreError(
                "The copy is complete on \(tables.connection.host), but its standby has not confirmed it: a failover may "
                    + "lose it. Make sure that the standby has it before you start a server on it.")
        }
    }

    /// Finds out if the transaction was committed although the answer to its commit was lost.
    private func decide(after failure: PostgresError) throws(StoreError) {
        do throws(PostgresError) {
            let deadline = Deadline.after(milliseconds: Self.openMilliseconds)
            var connection = try connector.open(.owner, until: deadline)
            // The lock waits for the old transaction if the server still has it, four seconds at most.
            try connection.runScript("BEGIN; SELECT pg_advisory_xact_lock(\(Migration.lockKey))", until: deadline)
            // A server that waited for the lock may have made the tables of a new shop.
            let version = try Migration.version(on: &connection, until: deadline)
            let found = try version == 0 ? nil : Shop.entityTagEpoch(on: &connection, until: deadline)
            try connection.runScript("ROLLBACK", until: deadline)
            guard found != epoch else { return }
        } catch {
            throw StoreError(
                "The connection was lost at the very end (\(failure)): the copy in \(connector.address) is either complete "
                    + "or not there, and it can't be found out now which (\(error)). Run martlet check to find out.")
        }
        throw StoreError("The copy was not written into \(connector.address): \(failure).")
    }

    package func discard() {
        tables = nil
    }
}
