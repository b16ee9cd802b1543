import Loyalty

/// The rules and receipts of the built-in accrual system.
extension SQLSession {
    /// All reward rules, the oldest first.
    package func rules() throws(Failure) -> [RewardRule] {
        try all("SELECT match_text, kind, reward_millionths FROM reward_rules ORDER BY id") {
            row throws(BadValue) in
            guard let kind = RewardRule.Kind(rawValue: row.integer(1)),
                let rule = try? RewardRule(match: row.text(0), kind: kind, rewardMillionths: row.integer(2))
            else { throw BadValue("a reward rule") }
            return rule
        }
    }

    /// Returns the points that an accepted receipt earned, or `nil` if the order has no receipt.
    package func earned(by order: OrderNumber) throws(Failure) -> Points? {
        try first("SELECT earned FROM receipts WHERE order_number = ?", order.digits) { row in
            Points(hundredths: row.integer(0))
        }
    }
}
