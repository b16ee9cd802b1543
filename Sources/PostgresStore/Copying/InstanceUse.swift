import Posix
import Postgres
import Storage

/// The traces that instances leave in a database: their rows, which each write renews; the lease, which one of them
/// renews each second; and the time until which one answers about receipts, which is all that an idle
/// `martlet accrual` renews.
struct InstanceUse: Equatable {
    /// The sum of all epochs and transactions: grows with each start and each write.
    private let writes: Int64
    private let leaseEpoch: Int64
    private let leaseUntil: Int64
    private let receiptsUntil: Int64
    /// True if an instance has the lease, was seen in the last ten seconds by its own clock, or has renewed the time of
    /// receipts in the last twenty.
    let isRecent: Bool

    static func == (left: InstanceUse, right: InstanceUse) -> Bool {
        left.writes == right.writes && left.leaseEpoch == right.leaseEpoch && left.leaseUntil == right.leaseUntil
            && left.receiptsUntil == right.receiptsUntil
    }

    private static let lifetimeMilliseconds = 10_000
    /// After this time, two renewals are missing.
    private static let receiptLifetimeMilliseconds = 2 * Lease.receiptRenewalMilliseconds
    private static let lookMilliseconds = 250
    /// A time in the future, by a clock that is wrong, must not delay a copy for longer.
    private static let waitMilliseconds = 25_000
    /// The time of one look, beyond the wait: a healthy server takes a millisecond, and a busy one a second or two.
    private static let readMilliseconds = 5_000

    static let refusal = PostgresError(
        .refusedCall, "a server or a command uses it; stop all servers of the database, and try again")

    static func read(on connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> InstanceUse {
        // A time of receipts that ends later than any renewal sets it was set by another clock, before a failover.
        let (least, most) = (
            Lease.receiptServerMilliseconds - receiptLifetimeMilliseconds, 2 * Lease.receiptServerMilliseconds
        )
        let use = try connection.run(
            """
            WITH now AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS now)
            SELECT coalesce((SELECT sum(epoch) + sum(transaction) FROM instances), 0)::int8, epoch, until,
                receipts_until, until > now
                OR EXISTS (SELECT FROM instances WHERE seen_at > now - \(lifetimeMilliseconds))
                OR receipts_until BETWEEN now + \(least) AND now + \(most)
            FROM dispatcher, now
            """, until: deadline
        ) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in
                InstanceUse(
                    writes: try row.integer(0), leaseEpoch: try row.integer(1), leaseUntil: try row.integer(2),
                    receiptsUntil: try row.integer(3), isRecent: try row.bool(4))
            }
        }
        guard let use else { throw .badValue("the row of the lease") }
        return use
    }

    /// Waits until the traces are old enough.
    ///
    /// - Parameter milliseconds: the longest wait.
    /// - Throws: ``refusal`` if an instance still uses the database.
    static func awaitEnd(
        on connection: inout Connection, until cancellation: Cancellation,
        withinMilliseconds milliseconds: Int = waitMilliseconds, _ progress: (CopyProgress) -> Void
    ) throws(PostgresError) -> InstanceUse {
        let deadline = Deadline.after(milliseconds: milliseconds)
        let pause = BlockingQueue<Never>(capacity: 1)
        let first = try read(on: &connection, until: .after(milliseconds: readMilliseconds))
        var use = first
        while use.isRecent {
            // A change shows that an instance is there, unless a server gives back its lease at its end.
            guard use.writes == first.writes, use.leaseUntil == first.leaseUntil || use.leaseUntil == 0,
                use.receiptsUntil == first.receiptsUntil, !cancellation.isCancelled, !deadline.hasPassed
            else { throw refusal }
            progress(.waiting)
            _ = pause.takeSeveral(limit: 1, withinMilliseconds: lookMilliseconds)
            use = try read(on: &connection, until: .after(milliseconds: readMilliseconds))
        }
        return use
    }
}
