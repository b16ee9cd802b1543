import Postgres

/// Ends the sessions of instances that hang, and so keep others from working:
///
/// * within a transaction that has locked rows. The server has no time limit for them. It counts a session that has
///   sent a part of a transaction, and no synchronization point, as active and not as idle, so that
///   `idle_in_transaction_session_timeout` does not apply (postgres.c, `PostgresMain`); and `transaction_timeout` came
///   with PostgreSQL 17.
/// * with a snapshot: within a read of several statements, or while they take no notifications. The server then keeps
///   the old versions of all rows. The row of an instance gets a version with each transaction, and each transaction
///   passes them all.
/// * with neither, and while they take no notifications. The server keeps the notifications of all sessions until each
///   listener has taken them, 8 GB of them by default (sql-notify.html), and then no transaction that notifies can be
///   committed.
///
/// If the instance was only slow, its transaction is rolled back, and runs again on its next connection.
enum HungSessions {
    /// The time after the last statement of a transaction, if another one waits for its locks. An instance takes a
    /// millisecond to send the next statement.
    static let silenceMilliseconds: Int64 = 2_000
    /// The time for sessions that nothing waits for. It is longer than a client waits for a read.
    static let snapshotMilliseconds: Int64 = 10_000
    /// The percentage of the queue of notifications that may be full before listeners that take none are ended. A
    /// healthy listener never has so much to take: a tenth is 800 MB by default.
    static let queuePercentMax: Int64 = 10

    /// A transaction has a number (`backend_xid`) as soon as it locks or writes a row. Locks of Martlet's tables keep
    /// out other programs that share the role. A name would not do, since an address may have an `application_name`.
    /// Between two statements, the sessions of a copy are in the state `idle in transaction`.
    private static let statement = """
        SELECT count(*) FROM (
            SELECT pg_terminate_backend(pid) AS is_ended FROM pg_stat_activity AS session
            WHERE datname = current_database() AND usename = current_user AND CASE
                WHEN backend_xid IS NOT NULL THEN state = 'active' AND wait_event IN ('ClientRead', 'ClientWrite')
                    AND state_change < clock_timestamp() - $1 * interval '1 millisecond'
                    AND EXISTS (SELECT FROM pg_locks WHERE pg_locks.pid = session.pid
                        AND relation IN ('instances'::regclass, 'balances'::regclass))
                WHEN backend_xmin IS NOT NULL THEN
                    (state, wait_event) IN (('active', 'ClientRead'), ('idle', 'ClientWrite'))
                    AND greatest(state_change, xact_start) < clock_timestamp() - $2 * interval '1 millisecond'
                ELSE (state, wait_event) = ('idle', 'ClientWrite') AND pg_notification_queue_usage() * 100 > $3
                    AND state_change < clock_timestamp() - $2 * interval '1 millisecond'
                END
        ) AS hung WHERE is_ended
        """

    /// Ends them, and returns their number. A role that may not end sessions ends none.
    ///
    /// - Parameters:
    ///   - lockMilliseconds: the shortest silence of a session that has locked rows.
    ///   - snapshotMilliseconds: the shortest silence of one that has only a snapshot.
    ///   - queuePercentMax: the percentage of the queue of notifications that may be full.
    static func end(
        lockingFor lockMilliseconds: Int64 = HungSessions.silenceMilliseconds,
        withSnapshotFor snapshotMilliseconds: Int64 = HungSessions.snapshotMilliseconds,
        overQueuePercent queuePercentMax: Int64 = HungSessions.queuePercentMax,
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> Int {
        let parameters = Parameters {
            $0.add(lockMilliseconds)
            $0.add(snapshotMilliseconds)
            $0.add(queuePercentMax)
        }
        do throws(PostgresError) {
            let count = try connection.run(statement, parameters, until: deadline) {
                (rows: borrowing ResultSet) throws(PostgresError) in
                try rows.first { (row: borrowing Row) throws(PostgresError) in try row.integer(0) }
            }
            // If another instance was faster, the server warns that there is no such process. A warning must not be
            // left for the next commit, which would then be in doubt.
            _ = connection.takeWarnings()
            return Int(count ?? 0)
        } catch {
            guard !error.isEndOfConnection else { throw error }
            return 0
        }
    }

    private static let otherRoles = """
        SELECT string_agg(DISTINCT usename::text, ', ') FROM pg_stat_activity
        WHERE datname = current_database() AND usename <> current_user AND application_name = $1
        """

    /// A warning if other instances use another role; `nil` if none does. The server hides from a role the activity of
    /// other roles' sessions, and ends these only for a superuser or a member of `pg_signal_backend`.
    static func warningOfOtherRoles(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> String? {
        let parameters = Parameters { $0.add(StoreConnector.application) }
        let roles = try connection.run(otherRoles, parameters, until: deadline) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in try row.textIfAny(0) }
        }
        return roles?.map { warning(ofRoles: $0) }
    }

    static func warning(ofRoles roles: String) -> String {
        "Other servers or commands work on the database as another role (\(roles)). If one of them hangs, this server can't end its sessions: let all servers use one role."
    }

    /// The log's text about sessions that were ended.
    static func warning(of count: Int) -> String {
        "Sessions of the database hung, and kept rows locked, or kept old rows or notifications from being removed. They were ended: \(count)."
    }
}
