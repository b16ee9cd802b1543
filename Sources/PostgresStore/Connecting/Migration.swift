import Posix
import Postgres

/// Brings the schema of a database to this version.
///
/// Instances that start at the same time take turns: the lock belongs to the transaction, and the version is read after
/// it. Without it, even `CREATE TABLE IF NOT EXISTS` fails if another transaction makes the same table.
enum Migration {
    /// "MRTL", as SQLite's application id.
    static let lockKey = 0x4D52_544C

    /// Makes the tables that are missing. Returns the version from before; 0 for a new database.
    @discardableResult
    static func run(on connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> Int {
        try takeTurn(on: &connection, until: deadline)
        do throws(PostgresError) {
            let before = try version(on: &connection, until: deadline)
            guard before < Schema.version else {
                try connection.runScript("ROLLBACK", until: deadline)
                try require(before)
                return before
            }
            try connection.runScript(script(from: before) + ";\nCOMMIT", until: deadline)
            return before
        } catch {
            throw try rolledBack(error, on: &connection, until: deadline)
        }
    }

    /// Begins the transaction, and waits for the turn until `deadline`, since the migration of another instance may
    /// take long. The waits for the locks of tables keep their usual limit, since other sessions queue up meanwhile.
    ///
    /// The server gets the deadline too: a session that waits for a lock does not notice that its client is gone.
    static func takeTurn(on connection: inout Connection, until deadline: Deadline) throws(PostgresError) {
        // PostgreSQL takes zero for no limit.
        let waitMilliseconds = max(1, deadline.millisecondsLeft)
        try connection.runScript(
            """
            BEGIN; SET LOCAL idle_in_transaction_session_timeout = \(SessionSetup.idleMilliseconds);
            SET LOCAL lock_timeout = \(waitMilliseconds); SELECT pg_advisory_xact_lock(\(lockKey));
            SET LOCAL lock_timeout = \(SessionSetup.lockMilliseconds)
            """, until: deadline)
    }

    /// Makes all tables in a database that has none, in a transaction that the caller ends. Servers that start
    /// meanwhile wait for it.
    static func beginNew(on connection: inout Connection, until deadline: Deadline) throws(PostgresError) {
        try connection.runScript("BEGIN; SELECT pg_advisory_xact_lock(\(lockKey))", until: deadline)
        do throws(PostgresError) {
            guard try version(on: &connection, until: deadline) == 0 else {
                throw PostgresError(.badValue, "another program has just made its tables")
            }
            try connection.runScript(script(from: 0), until: deadline)
        } catch {
            throw try rolledBack(error, on: &connection, until: deadline)
        }
    }

    private static func rolledBack(
        _ error: PostgresError, on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> PostgresError {
        if !error.isEndOfConnection { try connection.runScript("ROLLBACK", until: deadline) }
        return error.state?.description == "42P07"
            ? SessionSetup.refusal("the database has tables of another program: \(error.message)") : error
    }

    /// Refuses a database whose schema is of another version.
    static func requireCurrent(on connection: inout Connection, until deadline: Deadline) throws(PostgresError) {
        try require(try version(on: &connection, until: deadline))
    }

    private static func require(_ version: Int) throws(PostgresError) {
        guard version != Schema.version else { return }
        throw SessionSetup.refusal(
            version == 0
                ? "the database has no tables of Martlet"
                : "the database was made by a \(version > Schema.version ? "later" : "earlier") Martlet (schema \(version), and this one has \(Schema.version))"
        )
    }

    /// The schema's version; 0 if the database has no tables of Martlet.
    static func version(on connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> Int {
        let exists = try connection.run("SELECT to_regclass('martlet_schema') IS NOT NULL", until: deadline) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in try row.bool(0) }
        }
        guard exists ?? false else { return 0 }
        let version = try connection.run("SELECT version FROM martlet_schema", until: deadline) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in try row.integer(0) }
        }
        guard let version, let number = Int(exactly: version), number > 0 else {
            throw .badValue("the schema's version")
        }
        return number
    }

    /// The statements that make the missing tables, in a transaction.
    private static func script(from version: Int) -> String {
        var statements = Schema.migrations[version...].map { $0 }
        if version == 0 {
            statements.insert(
                """
                CREATE TABLE martlet_schema (
                    id int8 PRIMARY KEY CHECK (id = 1),
                    version int8 NOT NULL,
                    application text NOT NULL CHECK (application = '\(Schema.application)')
                );
                INSERT INTO martlet_schema VALUES (1, \(Schema.version), '\(Schema.application)')
                """, at: 0)
            // Any number that another database is unlikely to have.
            statements.append(
                "INSERT INTO shop (id, tag_epoch) VALUES (1, \(Int64.random(in: 1 ... .max)))")
        } else {
            statements.append("UPDATE martlet_schema SET version = \(Schema.version)")
        }
        return statements.joined(separator: ";\n")
    }
}
