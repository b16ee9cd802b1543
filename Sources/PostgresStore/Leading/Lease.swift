import Postgres
import Storage

/// The statements of the row by which one instance at a time asks the accrual system.
///
/// The lease is a row and no lock of a session: a hung instance keeps its session, and a failover loses it. All times
/// in the row are those of the database's clock, so that the clocks of the instances need not agree.
enum Lease {
    /// An instance that was killed is replaced after this time and a renewal. It has to outlast a pause of a busy
    /// machine and a short failover.
    static let milliseconds: Int64 = 6_000
    static let renewalMilliseconds = 1_000
    /// The time between two tries of an instance without the lease to take it. They are cheap, since nothing is written
    /// while another instance has it, and so a lease that is given back moves soon.
    static let attemptMilliseconds = 250

    /// Takes or renews the lease; no row if another instance has it. After a failover to a machine whose clock is
    /// slow, a lease may end late: one that would end after twice its time is not waited for.
    static let renew = PreparedStatement(
        "renew lease",
        """
        UPDATE dispatcher SET epoch = epoch + CASE WHEN owner = $1 THEN 0 ELSE 1 END, owner = $1,
            until = (extract(epoch FROM clock_timestamp()) * 1000)::int8 + $2,
            paused_until = CASE WHEN owner <> $1 THEN paused_until
                ELSE (extract(epoch FROM clock_timestamp()) * 1000)::int8 + $3 END,
            report = nullif($5, ''),
            announced_per_minute = CASE WHEN owner <> $1 THEN announced_per_minute ELSE nullif($4, 0) END
        WHERE id = 1 AND (owner = $1
            OR until - (extract(epoch FROM clock_timestamp()) * 1000)::int8 NOT BETWEEN 0 AND 2 * $2)
        RETURNING epoch, paused_until - (extract(epoch FROM clock_timestamp()) * 1000)::int8,
            coalesce(announced_per_minute, 0)
        """, .integer, .integer, .integer, .integer, .text)

    /// Gives the lease back, so that another instance need not wait for its end. The next leader may take it at once,
    /// so the pace is written too: a pause may have begun since the last renewal.
    static let release = PreparedStatement(
        "release lease",
        """
        UPDATE dispatcher SET until = 0,
            paused_until = (extract(epoch FROM clock_timestamp()) * 1000)::int8 + $2,
            announced_per_minute = nullif($3, 0)
        WHERE id = 1 AND owner = $1
        """, .integer, .integer, .integer)

    /// Notes for a while that this process answers about receipts.
    static let noteReceiptServer = PreparedStatement(
        "note receipt server",
        """
        UPDATE dispatcher SET receipts_until = (extract(epoch FROM clock_timestamp()) * 1000)::int8 + $1
        WHERE id = 1
        """, .integer)
    static let receiptServerMilliseconds: Int64 = 30_000
    /// Two renewals may be missing before commands take the process for one that was killed.
    static let receiptRenewalMilliseconds: Int64 = 10_000

    /// The report of the leader, and 1 if a server answers about receipts. A lease that has ended has no leader.
    static let report: StaticString = """
        SELECT coalesce(CASE WHEN until > now THEN report END, ''), receipts_until > now
        FROM dispatcher, (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS now) AS clock
        """

    /// - Parameter report: The pipeline's state; an empty text if there is none.
    static func renewal(of instance: Int64, passingOn pace: AskedPace, report: String) -> Parameters {
        Parameters {
            $0.add(instance)
            $0.add(milliseconds)
            add(pace, to: &$0)
            $0.add(report)
        }
    }

    static func release(by instance: Int64, passingOn pace: AskedPace) -> Parameters {
        Parameters {
            $0.add(instance)
            add(pace, to: &$0)
        }
    }

    private static func add(_ pace: AskedPace, to parameters: inout Parameters) {
        parameters.add(pace.pauseMilliseconds)
        parameters.add(Int64(pace.requestsPerMinute ?? 0))
    }
}
