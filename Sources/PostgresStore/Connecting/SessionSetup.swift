import Postgres

/// The checks and settings of each new session.
enum SessionSetup {
    private static let versionMin = 130_000
    /// The longest wait for a lock. It is longer than the silence after which a hung transaction is ended
    /// (``HungSessions``), and leaves the caller time to try again.
    static let lockMilliseconds = 2_500
    /// The time after which the server ends an instance that hangs within a migration, for which all others wait. No
    /// other transaction has this limit: a copy may be idle for longer, and the server never counts the transactions of
    /// the writer as idle (``HungSessions``).
    static let idleMilliseconds = 3_000

    /// The settings do not depend on `ALTER ROLE` or on the server's file, and each one is set, since a session takes
    /// over from a file that is reloaded what it has not set itself:
    ///
    /// * A commit is acknowledged once it is durable. A stronger setting (`remote_apply`) stays.
    /// * Statements and waits for locks end before a client gives up. The wait for a standby has no limit on the
    ///   server; the deadline of the connection bounds it.
    /// * Each statement of a transaction sees what was committed before it.
    static func apply(
        _ purpose: StoreConnector.Purpose, to connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) {
        try requireServer(&connection, until: deadline)
        let statementMilliseconds = purpose == .serving ? 4_000 : 0
        try connection.runScript(
            """
            SET statement_timeout = \(statementMilliseconds);
            SET lock_timeout = \(lockMilliseconds);
            SET idle_in_transaction_session_timeout = 0;
            SET default_transaction_isolation = 'read committed';
            SET default_transaction_read_only = off;
            SET client_min_messages = warning;
            SET bytea_output = hex;
            SELECT set_config('synchronous_commit',
                CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false);
            """, until: deadline)
        if purpose == .serving { try connection.runScript(indexedPlans, until: deadline) }
    }

    /// Makes the planner use the indexes, from the first execution of a statement on. While a client waits, every
    /// statement looks for rows by their keys.
    ///
    /// A prepared statement keeps its plan until the statistics of a table change. The plan of an empty table reads all
    /// of it, and a new shop keeps that plan while its tables grow: after 15,000 uploads, a server took only a third as
    /// many a second as at first. With these settings, the planner gives a plan without an index such a cost that it
    /// would also compile the statement, so `jit` is off, too.
    private static let indexedPlans = """
        SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
        SET plan_cache_mode = force_generic_plan
        """

    private static func requireServer(
        _ connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) {
        guard connection.serverVersion >= versionMin else {
            throw refusal("the server is older than PostgreSQL 13")
        }
        let encoding = connection.reportedParameter("server_encoding") ?? ""
        guard encoding == "UTF8" else {
            throw refusal("the database has the encoding \(encoding); Martlet needs UTF8 (createdb --encoding=UTF8)")
        }
        let processID = Int64(connection.processID)
        let facts = try connection.run("SELECT version(), pg_backend_pid()::int8", until: deadline) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in (try row.text(0), try row.integer(1)) }
        }
        guard let (version, actualProcessID) = facts else { throw .badValue("the server's version") }
        for (mark, name) in [("CockroachDB", "CockroachDB"), ("-YB-", "YugabyteDB")] where version.contains(mark) {
            throw refusal("the server is \(name), on which Martlet has not been tested")
        }
        guard actualProcessID == processID else {
            throw refusal(
                "a connection pooler is between Martlet and the server; Martlet keeps a few connections of its own, and needs sessions that stay its own"
            )
        }
    }

    static func refusal(_ reason: String) -> PostgresError { PostgresError(.refusedCall, reason) }
}
