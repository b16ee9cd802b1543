import Loyalty
import Posix
import Postgres
import Storage
import Synchronization

/// The `SettlementRepository` of the accrual pipeline: it writes through the ``WriteLane``, and reads on a connection
/// of its own, so that a start with many unfinished orders delays no write. Callers take turns at it.
final class PostgresSettlementRepository: SettlementRepository {
    private struct Reads {
        /// `nil` before the first read, and after an error that ended it.
        var session: PostgresSession?
        /// The timeline of the connection's server.
        var timeline: LatestTimeline.Point?
        /// The last error, which is logged when it changes.
        var failure: PostgresError?
    }

    private let writes: WriteLane
    private let connector: StoreConnector
    private let log: Log
    private let reads = Mutex(Reads())

    private static let deadlineMilliseconds = 5_000
    private static let retrySeconds = 1

    init(writes: WriteLane, _ connector: StoreConnector, _ log: Log) {
        (self.writes, self.connector, self.log) = (writes, connector, log)
    }

    /// One search of the index for each user, however many orders they have.
    private static let users = PreparedStatement(
        "users with unfinished orders",
        """
        WITH RECURSIVE found (u) AS (
            (SELECT user_id FROM orders WHERE status < 2 AND user_id > $1 ORDER BY user_id LIMIT 1)
            UNION ALL
            SELECT (SELECT user_id FROM orders WHERE status < 2 AND user_id > found.u ORDER BY user_id LIMIT 1)
            FROM found WHERE found.u IS NOT NULL
        )
        SELECT u FROM found WHERE u IS NOT NULL LIMIT $2
        """, .integer, .integer)
    private static let orders = PreparedStatement(
        "unfinished orders of pages",
        """
        SELECT p.i, o.id, o.number FROM unnest($1, $2, $3) WITH ORDINALITY AS p (u, f, l, i)
        CROSS JOIN LATERAL (
            SELECT id, number FROM orders WHERE user_id = p.u AND status < 2 AND id >= p.f ORDER BY id LIMIT p.l
        ) o ORDER BY p.i, o.id
        """, .integerArray, .integerArray, .integerArray)

    func usersWithUnfinishedOrders(after user: UserID?, limit: Int) throws(LoyaltyError) -> [UserID] {
        precondition(limit > 0, "limit must be positive")
        let parameters = Parameters {
            $0.add(user?.rawValue ?? Int64.min)
            $0.add(limit)
        }
        return try read(Self.users, parameters) { (row: borrowing Row) throws(PostgresError) in
            UserID(rawValue: try row.integer(0))
        }
    }

    func unfinishedOrders(_ pages: [UnfinishedPage]) throws(LoyaltyError) -> [[UnfinishedOrder]] {
        guard !pages.isEmpty else { return [] }
        let parameters = Parameters {
            $0.add(array: pages.map(\.user.rawValue))
            $0.add(array: pages.map(\.from.rawValue))
            $0.add(array: pages.map { Int64($0.limit) })
        }
        let rows = try read(Self.orders, parameters) { (row: borrowing Row) throws(PostgresError) in
            (page: try row.integer(0), id: try row.integer(1), number: try row.text(2))
        }
        var orders: [[UnfinishedOrder]] = Array(repeating: [], count: pages.count)
        for row in rows {
            // An order with an invalid number, which no check would pass, is not asked about.
            guard let index = Int(exactly: row.page - 1), orders.indices.contains(index),
                let number = OrderNumber(fromFile: row.number)
            else { continue }
            orders[index].append(
                UnfinishedOrder(id: OrderID(rawValue: row.id), number: number, user: pages[index].user))
        }
        return orders
    }

    func settle(_ batch: [Settlement], at now: Timestamp) throws(LoyaltyError) {
        guard !batch.isEmpty else { return }
        for settlement in try writes.settle(batch, at: now) {
            log.error(
                "Order \(settlement.order.rawValue) (its id) can't be settled as \(settlement.verdict): left as it is.")
        }
    }

    /// Reads on the connection, and once more on a new one if it has ended.
    private func read<Value: Sendable>(
        _ statement: PreparedStatement, _ parameters: Parameters,
        _ body: @Sendable (borrowing Row) throws(PostgresError) -> Value
    ) throws(LoyaltyError) -> [Value] {
        let deadline = Deadline.after(milliseconds: Self.deadlineMilliseconds)
        return try reads.withLock { reads throws(LoyaltyError) in
            let hadSession = reads.session != nil
            do throws(PostgresError) {
                return try rows(statement, parameters, &reads, until: deadline, body)
            } catch {
                guard hadSession, error.isEndOfConnection, !deadline.hasPassed else { throw refusal(error, &reads) }
            }
            do throws(PostgresError) {
                return try rows(statement, parameters, &reads, until: deadline, body)
            } catch {
                throw refusal(error, &reads)
            }
        }
    }

    private func rows<Value>(
        _ statement: PreparedStatement, _ parameters: Parameters, _ reads: inout Reads, until deadline: Deadline,
        _ body: (borrowing Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        do throws(PostgresError) {
            let session: PostgresSession
            if let open = reads.session, let timeline = reads.timeline, connector.latestTimeline.isLatest(timeline) {
                session = open
            } else {
                reads.session = nil
                let connection = try connector.connect(until: deadline, at: &reads.timeline)
                session = PostgresSession(connection, until: deadline)
                try session.connection.prepare([Self.users, Self.orders], until: deadline)
                reads.session = session
            }
            let rows = try session.connection.run(statement, parameters, until: deadline) {
                (rows: borrowing ResultSet) throws(PostgresError) in
                try rows.all(body)
            }
            reads.failure = nil
            return rows
        } catch {
            if error.isEndOfConnection { reads.session = nil }
            throw error
        }
    }

    private func refusal(_ error: PostgresError, _ reads: inout Reads) -> LoyaltyError {
        if error != reads.failure { log.error("Unfinished orders can't be read: \(error).") }
        reads.failure = error
        return error.isEndOfConnection ? .unavailable(retryAfterSeconds: Self.retrySeconds) : .failed
    }
}
