import Loyalty
import SQLite
import Storage

extension SQLiteOwnerRepository {
    /// Reads all of the tables.
    func statistics() throws(StoreError) -> Statistics {
        try read { database throws(SQLiteError) in
            try database.execute("BEGIN")
            defer { try? database.execute("ROLLBACK") }
            return try database.statistics()
        }
    }
}

extension Database {
    /// Each sum is taken in two halves, because SQLite's `sum` fails if a total leaves 64 bits
    /// (sqlite.org/lang_aggfunc.html#sumunc).
    fileprivate func statistics() throws(SQLiteError) -> Statistics {
        var statistics = Statistics()
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
