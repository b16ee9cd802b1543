import Loyalty
import Postgres
import SharedStore

/// The statements that write what was decided. They are part of the transaction in which it was read, and of the order
/// of locks that ``BatchQuery`` describes.
///
/// Balances are set to absolute values of locked rows: `current = current - sum` in a statement that also locks would
/// be computed from the row before the lock, and fail its check although there are enough points.
///
/// A number that another instance has inserted since it was looked for fails with
/// ``Postgres/SQLState/uniqueViolation``; the batch is then rolled back and runs again. So nothing that is decided
/// depends on the answers of these statements.
enum BatchStatements {
    /// The statements, for a new connection to prepare.
    static let all = [
        insertOrders, insertWithdrawals, updateAccounts, updateOrders, insertEntries, addFigures, notify,
    ]

    private static let insertOrders = PreparedStatement(
        "insert orders",
        """
        INSERT INTO orders (id, number, user_id, uploaded_at)
        SELECT i, n, u, t FROM unnest($1, $2, $3, $4) AS q (i, n, u, t) ORDER BY n COLLATE "C"
        """, .integerArray, .textArray, .integerArray, .integerArray)
    private static let insertWithdrawals = PreparedStatement(
        "insert withdrawals",
        """
        INSERT INTO withdrawals (order_number, user_id, sum, processed_at)
        SELECT n, u, s, t FROM unnest($1, $2, $3, $4) AS q (n, u, s, t) ORDER BY n COLLATE "C"
        """, .textArray, .integerArray, .integerArray, .integerArray)
    private static let updateAccounts = PreparedStatement(
        "update accounts",
        """
        UPDATE balances SET current = q.c, withdrawn = q.w, version = q.v, unfinished = q.n
        FROM unnest($1, $2, $3, $4, $5) AS q (u, c, w, v, n) WHERE user_id = q.u
        """, .integerArray, .integerArray, .integerArray, .integerArray, .integerArray)
    private static let updateOrders = PreparedStatement(
        "update orders",
        """
        UPDATE orders SET status = q.s, accrual = q.a FROM unnest($1, $2, $3) AS q (i, s, a) WHERE id = q.i
        """, .integerArray, .integerArray, .integerArray)
    private static let insertEntries = PreparedStatement(
        "insert ledger entries",
        """
        INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
        SELECT u, k, o, a, b, t FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS q (u, k, o, a, b, t, i) ORDER BY i
        """, .integerArray, .integerArray, .textArray, .integerArray, .integerArray, .integerArray)
    /// Each instance has rows of its own, so that none waits for another's commit. A sum that leaves 64 bits stays at
    /// the greatest integer.
    private static let addFigures = PreparedStatement(
        "add figures",
        """
        INSERT INTO figures AS f
            (quarter, instance, customers, orders, granted, spent, returned, refunded, given, taken)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (quarter, instance) DO UPDATE SET
            customers = f.customers + excluded.customers, orders = f.orders + excluded.orders,
            granted = least(f.granted::numeric + excluded.granted, 9223372036854775807)::int8,
            spent = least(f.spent::numeric + excluded.spent, 9223372036854775807)::int8,
            returned = least(f.returned::numeric + excluded.returned, 9223372036854775807)::int8,
            refunded = least(f.refunded::numeric + excluded.refunded, 9223372036854775807)::int8,
            given = least(f.given::numeric + excluded.given, 9223372036854775807)::int8,
            taken = least(f.taken::numeric + excluded.taken, 9223372036854775807)::int8
        """, .integer, .integer, .integer, .integer, .integer, .integer, .integer, .integer, .integer, .integer)
    private static let notify = PreparedStatement(
        "notify",
        """
        SELECT pg_notify('\(ChangeNotification.channel)', p) FROM unnest($1) WITH ORDINALITY AS q (p, i) ORDER BY i
        """, .textArray)

    /// Sends the statements for what a batch has decided. Their answers have no rows that matter.
    static func send(_ decision: BatchDecision, on connection: inout Connection) throws(PostgresError) {
        let orders = decision.newOrders
        if !orders.isEmpty {
            try connection.send(
                insertOrders,
                Parameters {
                    $0.add(array: orders.map(\.id.rawValue))
                    $0.add(array: orders.map(\.number.digits))
                    $0.add(array: orders.map(\.user.rawValue))
                    $0.add(array: orders.map(\.uploadedAt.milliseconds))
                })
        }
        let withdrawals = decision.newWithdrawals
        if !withdrawals.isEmpty {
            try connection.send(
                insertWithdrawals,
                Parameters {
                    $0.add(array: withdrawals.map(\.number.digits))
                    $0.add(array: withdrawals.map(\.user.rawValue))
                    $0.add(array: withdrawals.map(\.sum.hundredths))
                    $0.add(array: withdrawals.map(\.at.milliseconds))
                })
        }
        try sendAccounts(of: decision, on: &connection)
        try sendSettled(of: decision, on: &connection)
        try sendEntries(of: decision, on: &connection)
    }

    private static func sendAccounts(
        of decision: BatchDecision, on connection: inout Connection
    ) throws(PostgresError) {
        var columns: [[Int64]] = Array(repeating: [], count: 5)
        for (user, account) in decision.accounts {
            let row = [
                user.rawValue, account.balance.current.hundredths, account.balance.withdrawn.hundredths,
                account.version, account.unfinished,
            ]
            for (index, value) in row.enumerated() { columns[index].append(value) }
        }
        guard !columns[0].isEmpty else { return }
        try connection.send(updateAccounts, Parameters { for column in columns { $0.add(array: column) } })
    }

    private static func sendSettled(
        of decision: BatchDecision, on connection: inout Connection
    ) throws(PostgresError) {
        let changed = Array(decision.changedOrders)
        guard !changed.isEmpty else { return }
        try connection.send(
            updateOrders,
            Parameters {
                $0.add(array: changed.map(\.key.rawValue))
                $0.add(array: changed.map(\.value.status.rawValue))
                $0.add(array: changed.map(\.value.accrual.hundredths))
            })
    }

    private static func sendEntries(
        of decision: BatchDecision, on connection: inout Connection
    ) throws(PostgresError) {
        let entries = decision.entries
        guard !entries.isEmpty else { return }
        try connection.send(
            insertEntries,
            Parameters {
                $0.add(array: entries.map(\.user.rawValue))
                $0.add(array: entries.map(\.kind.rawValue))
                $0.add(array: entries.map(\.order.digits))
                $0.add(array: entries.map(\.amount))
                $0.add(array: entries.map(\.balanceAfter.hundredths))
                $0.add(array: entries.map(\.at.milliseconds))
            })
    }

    static func send(
        _ figures: PendingFigures, of instance: Int64, on connection: inout Connection
    ) throws(PostgresError) {
        for quarter in figures.quarters.sorted(by: { $0.number < $1.number }) {
            try connection.send(
                addFigures,
                Parameters {
                    $0.add(quarter.number)
                    $0.add(instance)
                    for value in [
                        quarter.customers, quarter.orders, quarter.granted, quarter.spent, quarter.returned,
                        quarter.refunded, quarter.given, quarter.taken,
                    ] { $0.add(value) }
                })
        }
    }

    /// The last statement of a transaction, since it takes a lock of the whole cluster until the commit.
    static func send(notifications: [String], on connection: inout Connection) throws(PostgresError) {
        guard !notifications.isEmpty else { return }
        try connection.send(notify, Parameters { $0.add(array: notifications) })
    }
}
