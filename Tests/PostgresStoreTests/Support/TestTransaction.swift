import Changes
import Loyalty
import Postgres
import SharedStore
import Storage
import TestSupport

@testable import PostgresStore

/// A transaction whose hot operations are written in the plainest way, so that the statements that all engines share
/// can be tried without the store's writer.
final class TestTransaction: ShopTransaction {
    let session: PostgresSession
    let figures = PendingFigures()
    private(set) var notes: [Change.Kind] = []

    init(_ session: PostgresSession) {
        self.session = session
    }

    func run(_ sql: StaticString, values: [SQLValue]) throws(PostgresError) -> Int {
        try session.run(sql, values: values)
    }

    func rows(_ sql: StaticString, values: [SQLValue]) throws(PostgresError) -> [SQLRow] {
        try session.rows(sql, values: values)
    }

    func note(_ change: Change.Kind, of user: UserID) { notes.append(change) }
    func lock(_ user: UserID) {}
    func lock(_ order: OrderNumber) {}
    func noteEndedSessions(of user: UserID) {}
    func noteFinished(of user: UserID) {}
    func noteCorrection(of order: OrderNumber, at now: Timestamp) {}

    func addOrder(_ number: OrderNumber, of user: UserID, at now: Timestamp) throws(PostgresError) -> OrderUpload {
        let id = try first(
            """
            INSERT INTO orders (number, user_id, uploaded_at) VALUES (?, ?, ?) ON CONFLICT (number) DO NOTHING
            RETURNING id
            """, number.digits, user.rawValue, now.milliseconds
        ) { row in row.integer(0) }
        return id.map { .accepted(OrderID(rawValue: $0)) } ?? .uploadedBefore
    }

    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) throws(PostgresError) -> WithdrawalResult {
        let changed = try run(
            """
            UPDATE balances SET current = current - ?1, withdrawn = withdrawn + ?1 WHERE user_id = ?2 AND current >= ?1
            """, sum.hundredths, user.rawValue)
        guard changed == 1 else { return .notEnoughPoints }
        try run(
            "INSERT INTO withdrawals (order_number, user_id, sum, processed_at) VALUES (?, ?, ?, ?)",
            order.digits, user.rawValue, sum.hundredths, now.milliseconds)
        try addLedgerEntry(.withdrawal, of: user, order: order.digits, amount: -sum.hundredths, at: now)
        return .withdrawn
    }

    @discardableResult
    func addLedgerEntry(
        _ kind: LedgerEntry.Kind, of user: UserID, order: String, amount: Int64, at now: Timestamp
    ) throws(PostgresError) -> Int64 {
        let id = try first(
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            SELECT ?1, ?2, ?3, ?4, current, ?5 FROM balances WHERE user_id = ?1 RETURNING id
            """, user.rawValue, kind.rawValue, order, amount, now.milliseconds
        ) { row in row.integer(0) }
        guard let id else { throw .badValue("a balance") }
        return id
    }

    /// Credits an order as a settlement does.
    func credit(_ number: OrderNumber, _ hundredths: Int64, to user: UserID, at now: Timestamp) throws(PostgresError) {
        try run(
            "UPDATE orders SET status = ?, accrual = ? WHERE number = ?", Order.Status.processed.rawValue, hundredths,
            number.digits)
        try run("UPDATE balances SET current = current + ? WHERE user_id = ?", hundredths, user.rawValue)
        try addLedgerEntry(.accrual, of: user, order: number.digits, amount: hundredths, at: now)
    }
}
