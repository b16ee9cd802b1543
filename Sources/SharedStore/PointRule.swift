import Loyalty

/// A rule about points that every whole store keeps, with a statement that counts its exceptions.
package struct PointRule: Sendable {
    /// The part of the schema that has the rule's tables.
    package enum Since: Sendable {
        case foundation
        case accrualSystem
        case owner
    }

    package let text: String
    /// A statement with one row of one number, in the SQL that all engines understand (``SQLSession``).
    package let exceptions: String
    package let since: Since

    private init(_ text: String, exceptions: String, since: Since = .foundation) {
        (self.text, self.exceptions, self.since) = (text, exceptions, since)
    }

    package static let all: [PointRule] = [
        PointRule(
            "each user has a balance, and none is below zero",
            exceptions: """
                SELECT count(*) FROM users LEFT JOIN balances ON user_id = id
                WHERE user_id IS NULL OR current < 0 OR withdrawn < 0
                """),
        PointRule(
            "each balance is the sum of its ledger",
            exceptions: """
                SELECT count(*) FROM balances LEFT JOIN
                    (SELECT user_id, sum(amount) AS total FROM ledger GROUP BY user_id) AS sums USING (user_id)
                WHERE current <> coalesce(total, 0)
                """),
        PointRule(
            "each ledger entry has the balance that follows from those before it",
            exceptions: """
                SELECT count(*) FROM
                    (SELECT balance_after, sum(amount) OVER (PARTITION BY user_id ORDER BY id) AS total FROM ledger) AS sums
                WHERE balance_after <> total
                """),
        PointRule(
            "each processed order that earned points was credited with them, to the user who uploaded it",
            exceptions: """
                SELECT count(*) FROM orders LEFT JOIN ledger ON kind = 1 AND order_number = number
                WHERE status = 3 AND accrual > 0
                    AND (ledger.id IS NULL OR amount <> accrual OR ledger.user_id <> orders.user_id)
                """),
        PointRule(
            "no other order was credited, and none twice",
            exceptions: """
                SELECT abs((SELECT count(*) FROM ledger WHERE kind = 1) -
                    (SELECT count(*) FROM orders WHERE status = 3 AND accrual > 0))
                """),
        PointRule(
            "each withdrawal was debited once, from the user who asked for it, and nothing else was",
            exceptions: """
                SELECT count(*) FROM
                    (SELECT sum(side) AS difference FROM
                        (SELECT user_id, order_number, sum, 1 AS side FROM withdrawals
                        UNION ALL SELECT user_id, order_number, -amount, -1 FROM ledger WHERE kind = 2) AS sides
                    GROUP BY order_number, user_id, sum) AS differences
                WHERE difference <> 0
                """),
        PointRule(
            "nothing but accruals, withdrawals, adjustments, refunds and returns changed a balance",
            exceptions: "SELECT count(*) FROM ledger WHERE kind NOT IN (1, 2, 3, 4, 5)"),
        PointRule(
            "what each user has withdrawn is the sum of the withdrawals, without those that were refunded",
            exceptions: """
                SELECT count(*) FROM balances LEFT JOIN
                    (SELECT user_id, sum(sum) AS total FROM withdrawals
                    LEFT JOIN (SELECT DISTINCT order_number AS refunded FROM ledger WHERE kind = 4) AS refunds
                        ON refunded = order_number
                    WHERE refunded IS NULL GROUP BY user_id) AS sums USING (user_id)
                WHERE withdrawn <> coalesce(total, 0)
                """),
        PointRule(
            "each refund gave back one withdrawal, whole and once, to the user who had paid",
            exceptions: """
                SELECT count(*) FROM
                    (SELECT sum(side) AS difference FROM
                        (SELECT user_id, order_number, sum, 1 AS side FROM withdrawals WHERE refunded_at IS NOT NULL
                        UNION ALL SELECT user_id, order_number, amount, -1 FROM ledger WHERE kind = 4) AS sides
                    GROUP BY order_number, user_id, sum) AS differences
                WHERE difference <> 0
                """, since: .owner),
        PointRule(
            "no order had more taken back than it earned, and only from the user who had earned it",
            exceptions: """
                SELECT count(*) FROM
                    (SELECT order_number, user_id, max(amount) AS least, -sum(amount) AS total FROM ledger
                    WHERE kind = 5 GROUP BY order_number, user_id) AS taken
                WHERE least >= 0 OR total > coalesce((SELECT amount FROM ledger AS earned WHERE earned.kind = 1
                    AND earned.order_number = taken.order_number AND earned.user_id = taken.user_id), 0)
                """, since: .owner),
        PointRule(
            "each adjustment, refund and return says who made it, and no accrual does",
            exceptions: """
                SELECT count(*) FROM ledger LEFT JOIN ledger_notes ON ledger_id = id
                WHERE CASE WHEN kind IN (3, 4, 5) THEN ledger_id IS NULL ELSE kind <> 2 AND ledger_id IS NOT NULL END
                """, since: .owner),
        PointRule(
            "no user who is disabled or deleted has a session",
            exceptions: """
                SELECT count(*) FROM sessions JOIN users ON users.id = sessions.user_id WHERE state <> 0
                """, since: .owner),
        PointRule(
            "each receipt earned from 0 to \(Order.accrualMax) points, and each reward rule grants something",
            exceptions: """
                SELECT (SELECT count(*) FROM receipts WHERE earned NOT BETWEEN 0 AND \(Order.accrualMax.hundredths))
                    + (SELECT count(*) FROM reward_rules WHERE reward_millionths <= 0)
                """, since: .accrualSystem),
    ]
}
