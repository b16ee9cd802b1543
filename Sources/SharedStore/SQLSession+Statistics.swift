import Loyalty
import Storage

extension SQLSession {
    /// Each sum is taken in two halves, because SQLite's `sum` fails if a total leaves 64 bits
    /// (sqlite.org/lang_aggfunc.html#sumunc).
    package func statistics() throws(Failure) -> Statistics {
        var statistics = Statistics()
        for (state, count) in try all("SELECT state, count(*) FROM users GROUP BY state", read: Self.count) {
            if let state = UserAccount.State(rawValue: state) { statistics.users[state] = count }
        }
        for (status, count) in try all("SELECT status, count(*) FROM orders GROUP BY status", read: Self.count) {
            if let status = Order.Status(rawValue: status) { statistics.orders[status] = count }
        }
        let balances = try first(
            """
            SELECT CAST(sum(current / 1000000) AS BIGINT), CAST(sum(current % 1000000) AS BIGINT),
                CAST(sum(withdrawn / 1000000) AS BIGINT), CAST(sum(withdrawn % 1000000) AS BIGINT)
            FROM balances
            """
        ) { row in (Self.total(row, 0), Self.total(row, 2)) }
        (statistics.outstanding, statistics.spent) = balances ?? (0, 0)
        let kinds = try all(
            """
            SELECT kind, CAST(sum(amount / 1000000) AS BIGINT), CAST(sum(amount % 1000000) AS BIGINT) FROM ledger
            WHERE kind IN (1, 3, 5) GROUP BY kind
            """
        ) { row in (row.integer(0), Self.total(row, 1)) }
        for (kind, total) in kinds {
            switch LedgerEntry.Kind(rawValue: kind) {
            case .accrual: statistics.granted = total
            case .adjustment: statistics.adjusted = total
            default: statistics.returned = -total
            }
        }
        return statistics
    }

    private static func count(_ row: SQLRow) -> (Int64, Int64) { (row.integer(0), row.integer(1)) }

    private static func total(_ row: SQLRow, _ column: Int) -> Int128 {
        Int128(row.integer(column)) * 1_000_000 + Int128(row.integer(column + 1))
    }
}
