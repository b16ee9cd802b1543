import Postgres

/// Ends the sessions of instances that hang within a transaction, and so keep rows locked that others want.
///
/// The server has no time limit for them. It counts a session that has sent a part of a transaction, and no
/// synchronization point, as active and not as idle, so that `idle_in_transaction_session_timeout` does not apply
/// (postgres.c, `PostgresMain`); and `transaction_timeout` came with PostgreSQL 17. If the instance was only slow, its
/// transaction is rolled back, and runs again on its next connection.
enum HungSessions {
    /// The time after the last statement of a transaction. An instance takes a millisecond to send the next one.
    static let silenceMilliseconds: Int64 = 2_000

    /// A transaction has a number (`backend_xid`) as soon as it locks or writes a row. The names keep out other
    /// programs that share the role or the server.
    private static let statement = """
        SELECT count(*) FROM (
            SELECT pg_terminate_backend(pid) AS is_ended FROM pg_stat_activity
            WHERE datname = current_database() AND usename = current_user
                AND application_name = current_setting('application_name')
                AND backend_xid IS NOT NULL AND wait_event = 'ClientRead'
                AND state_change < clock_timestamp() - $1 * interval '1 millisecond'
        ) AS hung WHERE is_ended
        """

    /// Ends them, and returns their number.
    static func end(on connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> Int {
        let count = try connection.run(
            statement, Parameters { $0.add(silenceMilliseconds) }, until: deadline
        ) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in try row.integer(0) }
        }
        return Int(count ?? 0)
    }
}
