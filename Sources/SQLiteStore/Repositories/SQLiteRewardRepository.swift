import Eventual
import Loyalty
import SQLite
import SharedStore
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
        .now(try reader.read { database throws(SQLiteError) in try database.shared.rules() })
    }

    func earned(by order: OrderNumber) throws(LoyaltyError) -> Eventual<Points?, LoyaltyError> {
        .now(try reader.read { database throws(SQLiteError) in try database.shared.earned(by: order) })
    }

    func addRule(_ rule: RewardRule) async throws(LoyaltyError) -> RuleAddition {
        try await write { transaction throws(SQLiteError) in try transaction.addRule(rule) }
    }

    func removeRule(matching match: String) async throws(LoyaltyError) -> Bool {
        try await write { transaction throws(SQLiteError) in try transaction.removeRule(matching: match) }
    }

    func addReceipt(
        of order: OrderNumber, earning points: Points, at now: Timestamp, willAppear: @escaping @Sendable () -> Void
    ) async throws(LoyaltyError) -> Bool {
        try await write { transaction throws(SQLiteError) in
            let isAdded = try transaction.addReceipt(of: order, earning: points, at: now)
            // Called before the commit. No reader sees a transaction that is rolled back, and its repetition makes the
            // call again.
            if isAdded { willAppear() }
            return isAdded
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
