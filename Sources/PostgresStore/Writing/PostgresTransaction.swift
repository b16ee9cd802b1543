import Changes
import Loyalty
import Postgres
import SharedStore

/// The transaction of a conversation: statement after statement, each with its answer. The lane begins and ends it. It
/// belongs to the lane's thread.
///
/// A lock of a user or an order is a lock of its row. So what is read after the lock stays as it is until the end.
final class PostgresTransaction: ShopTransaction {
    let session: PostgresSession
    let figures = PendingFigures()
    private(set) var events = TransactionEvents()
    private let unfinishedPerUserMax: Int64
    /// Orders that got a final status, for the counts of their users.
    private var finished: [UserID: Int64] = [:]
    private var corrections: [(order: OrderNumber, at: Timestamp)] = []

    init(_ session: PostgresSession, unfinishedPerUserMax: Int) {
        (self.session, self.unfinishedPerUserMax) = (session, Int64(unfinishedPerUserMax))
    }

    func run(_ sql: StaticString, values: [SQLValue]) throws(PostgresError) -> Int {
        try session.run(sql, values: values)
    }

    func rows(_ sql: StaticString, values: [SQLValue]) throws(PostgresError) -> [SQLRow] {
        try session.rows(sql, values: values)
    }

    func note(_ change: Change.Kind, of user: UserID) {
        events.changes.append(Change(change, of: user))
    }

    func noteEndedSessions(of user: UserID) {
        if events.sessionEnds.last != user { events.sessionEnds.append(user) }
    }

    /// Notes that a command of the owner has ended orders, so that the leader no longer asks about them.
    func noteDropped(_ orders: [UnfinishedOrder]) {
        events.droppedOrders += orders
    }

    func noteFinished(of user: UserID) {
        finished[user, default: 0] += 1
    }

    func noteCorrection(of order: OrderNumber, at now: Timestamp) {
        corrections.append((order, now))
    }

    /// Also counts up the user's version, so that no copy of what belongs to the user is taken for current.
    func lock(_ user: UserID) throws(PostgresError) {
        try run("UPDATE balances SET version = version + 1 WHERE user_id = ?", user.rawValue)
    }

    /// Locks an order, or keeps it from being settled if it is uploaded meanwhile.
    ///
    /// An order that is not there can't be locked, and could be uploaded and credited for its receipt before this
    /// transaction ends. So the receipt is locked instead: a settlement waits for it (``BatchQuery``). An order that
    /// has appeared since may be held by a settlement that already waits. Then the transaction begins again instead of
    /// waiting (55P03, lock_not_available), and finds the order.
    func lock(_ order: OrderNumber) throws(PostgresError) {
        let isThere = try first("SELECT 1 FROM orders WHERE number = ? FOR UPDATE", order.digits) { _ in true }
        guard isThere == nil else { return }
        let hasReceipt = try first("SELECT 1 FROM receipts WHERE order_number = ? FOR UPDATE", order.digits) { _ in
            true
        }
        guard hasReceipt != nil else { return }
        _ = try first("SELECT 1 FROM orders WHERE number = ? FOR UPDATE NOWAIT", order.digits) { _ in true }
    }

    @discardableResult
    func addLedgerEntry(
        _ kind: LedgerEntry.Kind, of user: UserID, order: String, amount: Int64, at now: Timestamp
    ) throws(PostgresError) -> Int64 {
        precondition(amount != 0, "a ledger entry's amount must not be zero")
        let id = try first(
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            SELECT user_id, ?, ?, ?, current, ? FROM balances WHERE user_id = ? RETURNING id
            """, kind.rawValue, order, amount, now.milliseconds, user.rawValue
        ) { row in row.integer(0) }
        guard let id else { throw .badValue("the balance of a user") }
        figures.noteEntry(kind, amount: amount, at: now)
        return id
    }

    func addOrder(_ number: OrderNumber, of user: UserID, at now: Timestamp) throws(PostgresError) -> OrderUpload {
        let unfinished = try first(
            "UPDATE balances SET version = version + 1 WHERE user_id = ? RETURNING unfinished", user.rawValue
        ) { row in row.integer(0) }
        guard let unfinished else { throw .badValue("the balance of a user") }
        if unfinished < unfinishedPerUserMax {
            let added = try first(
                """
                INSERT INTO orders (number, user_id, uploaded_at) VALUES (?, ?, ?) ON CONFLICT (number) DO NOTHING
                RETURNING id
                """, number.digits, user.rawValue, now.milliseconds
            ) { row in OrderID(rawValue: row.integer(0)) }
            if let id = added {
                try run("UPDATE balances SET unfinished = unfinished + 1 WHERE user_id = ?", user.rawValue)
                figures.noteOrder(at: now)
                events.newOrders.append(UnfinishedOrder(id: id, number: number, user: user))
                return .accepted(id)
            }
        }
        let owner = try first("SELECT user_id FROM orders WHERE number = ?", number.digits) { row in row.integer(0) }
        guard let owner else { return .tooManyUnfinished }
        return owner == user.rawValue ? .uploadedBefore : .uploadedByAnother
    }

    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) throws(PostgresError) -> WithdrawalResult {
        precondition(sum > .zero, "a withdrawal's sum must be positive")
        try lock(user)
        if let earlier = try earlierWithdrawal(sum, for: order, of: user) { return earlier }
        let balance = try first("SELECT current, withdrawn FROM balances WHERE user_id = ?", user.rawValue) { row in
            Balance(current: Points(hundredths: row.integer(0)), withdrawn: Points(hundredths: row.integer(1)))
        }
        guard let balance, balance.current >= sum, let withdrawn = balance.withdrawn.adding(sum) else {
            return .notEnoughPoints
        }
        let added = try run(
            """
            INSERT INTO withdrawals (order_number, user_id, sum, processed_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (order_number) DO NOTHING
            """, order.digits, user.rawValue, sum.hundredths, now.milliseconds)
        // Another user's withdrawal was committed since it was looked for.
        guard added == 1 else { return .conflict }
        let after = Balance(
            current: Points(hundredths: balance.current.hundredths - sum.hundredths), withdrawn: withdrawn)
        try run(
            "UPDATE balances SET current = ?, withdrawn = ? WHERE user_id = ?", after.current.hundredths,
            after.withdrawn.hundredths, user.rawValue)
        try addLedgerEntry(.withdrawal, of: user, order: order.digits, amount: -sum.hundredths, at: now)
        note(.balance(after), of: user)
        return .withdrawn
    }

    private func earlierWithdrawal(
        _ sum: Points, for order: OrderNumber, of user: UserID
    ) throws(PostgresError) -> WithdrawalResult? {
        let earlier = try first(
            "SELECT user_id, sum, refunded_at IS NULL FROM withdrawals WHERE order_number = ?", order.digits
        ) { row in
            (user: row.integer(0), sum: row.integer(1), isInForce: row.integer(2))
        }
        guard let earlier else { return nil }
        return earlier == (user.rawValue, sum.hundredths, 1) ? .repeated : .conflict
    }

    /// Writes what the operations have noted, except events and figures. Called before the commit.
    func writeNotes() throws(PostgresError) {
        for (user, count) in finished.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try run(
                """
                UPDATE balances SET unfinished = greatest(unfinished - ?, 0), version = version + 1 WHERE user_id = ?
                """, count, user.rawValue)
        }
        for correction in corrections {
            try run(
                "UPDATE receipts SET corrected_at = ? WHERE order_number = ?", correction.at.milliseconds,
                correction.order.digits)
        }
    }
}
