import Loyalty
import Posix
import SQLite

/// How much there is of everything.
package struct StoreStatistics: Equatable, Sendable {
    package var users: [UserAccount.State: Int64] = [:]
    package var orders: [Order.Status: Int64] = [:]
    /// In hundredths; those of all users together may be more than one account holds.
    package var outstanding: Int128 = 0
    package var granted: Int128 = 0
    package var spent: Int128 = 0
    /// Given by hand, less what was taken.
    package var adjusted: Int128 = 0
    package var fileBytes: Int64 = 0
    package var logBytes: Int64 = 0
}

extension OwnerRepository {
    /// Reads all of the tables, in one state of them.
    ///
    /// - Parameter path: the database's file.
    package func statistics(path: String) throws(StoreError) -> StoreStatistics {
        var statistics = try read { database throws(SQLiteError) in
            try database.execute("BEGIN")
            defer { try? database.execute("ROLLBACK") }
            return try database.statistics()
        }
        statistics.fileBytes = Int64(File.size(path: path) ?? 0)
        statistics.logBytes = Int64(File.size(path: path + "-wal") ?? 0)
        return statistics
    }
}

extension Database {
    /// Sums are taken in two halves, as SQLite's `sum` fails where a total leaves 64 bits.
    fileprivate func statistics() throws(SQLiteError) -> StoreStatistics {
        var statistics = StoreStatistics()
        for (state, count) in try all("SELECT state, count(*) FROM users GROUP BY state", read: Self.count) {
            if let state = UserAccount.State(rawValue: state) { statistics.users[state] = count }
        }
        for (status, count) in try all("SELECT status, count(*) FROM orders GROUP BY status", read: Self.count) {
            if let status = Order.Status(rawValue: status) { statistics.orders[status] = count }
        }
        let balances = try first(
            """
            SELECT sum(current / 1000000), sum(current % 1000000), sum(withdrawn / 1000000), sum(withdrawn % 1000000)
            FROM balances
            """
        ) { row in (Self.total(row, 0), Self.total(row, 2)) }
        (statistics.outstanding, statistics.spent) = balances ?? (0, 0)
        let kinds = try all(
            "SELECT kind, sum(amount / 1000000), sum(amount % 1000000) FROM ledger WHERE kind IN (1, 3) GROUP BY kind"
        ) { row in (row.integer(0), Self.total(row, 1)) }
        for (kind, total) in kinds {
            if kind == LedgerEntry.Kind.accrual.rawValue {
                statistics.granted = total
            } else {
                statistics.adjusted = total
            }
        }
        return statistics
    }

    private static func count(_ row: borrowing Row) -> (Int64, Int64) { (row.integer(0), row.integer(1)) }

    private static func total(_ row: borrowing Row, _ column: Int) -> Int128 {
        Int128(row.integer(column)) * 1_000_000 + Int128(row.integer(column + 1))
    }
}
