import Loyalty
import Posix
import SQLite
import Storage

/// The `SettlementRepository` of the accrual pipeline. Everything runs on the writer's connection: the pipeline reads
/// only a few pages, and its reads and writes are in order without another connection.
struct SQLiteSettlementRepository: SettlementRepository {
    private let writer: Writer
    private let log: Log

    init(writer: Writer, log: Log) {
        self.writer = writer
        self.log = log
    }

    func usersWithUnfinishedOrders(after user: UserID?, limit: Int) throws(LoyaltyError) -> [UserID] {
        precondition(limit > 0, "limit must be positive")
        let after = user?.rawValue ?? Int64.min
        return try writer.performAndWait { transaction throws(SQLiteError) in
            // One search of the index for each user, however many orders they have. SQLite has no such scan of its own.
            try transaction.all(
                """
                WITH RECURSIVE found (user) AS (
                    SELECT (SELECT user_id FROM orders INDEXED BY orders_unfinished_by_user
                        WHERE status < 2 AND user_id > ?1 ORDER BY user_id LIMIT 1)
                    UNION ALL
                    SELECT (SELECT user_id FROM orders INDEXED BY orders_unfinished_by_user
                        WHERE status < 2 AND user_id > found.user ORDER BY user_id LIMIT 1)
                    FROM found WHERE found.user IS NOT NULL LIMIT ?2
                )
                SELECT user FROM found WHERE user IS NOT NULL
                """, after, Int64(limit)
            ) { row in UserID(rawValue: row.integer(0)) }
        }
    }

    func unfinishedOrders(_ pages: [UnfinishedPage]) throws(LoyaltyError) -> [[UnfinishedOrder]] {
        guard !pages.isEmpty else { return [] }
        return try writer.performAndWait { transaction throws(SQLiteError) in
            var orders: [[UnfinishedOrder]] = []
            for page in pages { orders.append(try transaction.unfinishedOrders(page)) }
            return orders
        }
    }

    /// Stores a batch; see `SettlementRepository.settle(_:at:)`.
    ///
    /// An impossible settlement is left out and logged: points for an order that was never uploaded, points below zero,
    /// or so many that a user's total would overflow. Its order stays unfinished, and the other settlements are stored.
    func settle(_ batch: [Settlement], at now: Timestamp) throws(LoyaltyError) {
        guard !batch.isEmpty else { return }
        let refused = try writer.performAndWait { transaction throws(SQLiteError) in
            try transaction.settle(batch, at: now)
        }
        for settlement in refused {
            log.error(
                "Order \(settlement.order.rawValue) (its id) can't be settled as \(settlement.verdict): left as it is.")
        }
    }
}
