import Eventual
import Loyalty
import SQLite
import Storage

/// The `RewardRepository` of one event loop, used on its thread alone.
final class SQLiteRewardRepository: RewardRepository {
    private let reader: Reader
    private let writer: Writer

    init(reader: Reader, writer: Writer) {
        self.reader = reader
        self.writer = writer
    }

    var rulesRevision: Revision? { reader.rulesRevision }

    func rules() throws(LoyaltyError) -> Eventual<[RewardRule], LoyaltyError> {
        let rules = try reader.read { database throws(SQLiteError) in
            try database.all("SELECT match_text, kind, reward_millionths FROM reward_rules ORDER BY id") {
                row throws(SQLiteError) in
                guard let kind = RewardRule.Kind(rawValue: row.integer(1)),
                    let rule = try? RewardRule(
                        match: row.text(0), kind: kind, rewardMillionths: row.integer(2))
                else { throw .badValue("a reward rule") }
                return rule
            }
        }
        return .now(rules)
    }

    func earned(by order: OrderNumber) throws(LoyaltyError) -> Eventual<Points?, LoyaltyError> {
        .now(try reader.read { database throws(SQLiteError) in try database.earned(by: order) })
    }

    func addRule(_ rule: RewardRule) async throws(LoyaltyError) -> RuleAddition {
        try await write { transaction throws(SQLiteError) in
            let sql: StaticString = """
                SELECT count(*), max(match_text = ?), coalesce(sum(length(CAST(match_text AS BLOB))), 0) FROM reward_rules
                """
            let found = try transaction.first(sql, rule.match) { row in
                (count: row.integer(0), isTaken: row.integer(1) == 1, bytes: row.integer(2))
            }
            if found?.isTaken ?? false { return .matchTaken }
            guard found?.count ?? 0 < RewardRule.countMax,
                Int(found?.bytes ?? 0) + rule.match.utf8.count <= RewardRule.allMatchesBytesMax
            else { return .full }
            try transaction.run(
                "INSERT INTO reward_rules (match_text, kind, reward_millionths) VALUES (?, ?, ?)", rule.match,
                rule.kind.rawValue, rule.rewardMillionths)
            return .added
        }
    }

    func removeRule(matching match: String) async throws(LoyaltyError) -> Bool {
        try await write { transaction throws(SQLiteError) in
            try transaction.run("DELETE FROM reward_rules WHERE match_text = ?", match) == 1
        }
    }

    func addReceipt(
        of order: OrderNumber, earning points: Points, at now: Timestamp, willAppear: @escaping @Sendable () -> Void
    ) async throws(LoyaltyError) -> Bool {
        try await write { transaction throws(SQLiteError) in
            let added = try transaction.run(
                "INSERT INTO receipts VALUES (?, ?, ?) ON CONFLICT DO NOTHING", order.digits, points.hundredths,
                now.milliseconds)
            // Called before the commit. No reader sees a transaction that is rolled back, and its repetition makes the
            // call again.
            if added == 1 { willAppear() }
            return added == 1
        }
    }

    /// Ends the transaction of the reads since the last call; see ``Reader/endBatch()``.
    func endBatch() {
        reader.endBatch()
    }

    /// Closes the reading connection, on its thread or after the end of that thread. The store must still be running.
    func close() {
        reader.close()
    }

    private func write<Value: Sendable>(
        _ operation: @escaping @Sendable (WriteTransaction) throws(SQLiteError) -> Value
    ) async throws(LoyaltyError) -> Value {
        let value = try await writer.perform(operation)
        reader.endBatch()
        return value
    }
}

extension Database {
    /// Returns the points that an accepted receipt earned, or `nil` if the order has no receipt.
    func earned(by order: OrderNumber) throws(SQLiteError) -> Points? {
        try first("SELECT earned FROM receipts WHERE order_number = ?", order.digits) { row in
            Points(hundredths: row.integer(0))
        }
    }
}
