import Loyalty
import Posix
import Postgres
import SharedStore
import Storage

/// A check of a whole database, in one state of it: each value is one that Martlet would store, and points add up.
///
/// PostgreSQL's own page checksums and `pg_amcheck` prove that its files are whole.
enum PostgresCheck {
    /// A rule, and the search for its exceptions.
    struct Rule: Sendable {
        let text: String
        let faults: @Sendable (inout Connection, Cancellation) throws(PostgresError) -> [String]

        /// - Parameter exceptions: A statement with one row of one number.
        init(_ text: String, exceptions sql: String) {
            self.text = text
            faults = { connection, _ throws(PostgresError) in
                let count = try number("SELECT (\(sql))::int8", on: &connection)
                return count == 0 ? [] : ["exceptions: \(count)"]
            }
        }

        init(
            _ text: String,
            faults: @escaping @Sendable (inout Connection, Cancellation) throws(PostgresError) -> [String]
        ) {
            (self.text, self.faults) = (text, faults)
        }
    }

    /// Rules about values precede those about points, which rely on them.
    static let rules =
        valueRules + textRules + PointRule.all.map { Rule($0.text, exceptions: $0.exceptions) } + [figures]

    /// The usual time for a statement that does no work. A cancellation does not end it.
    private static let statementMilliseconds = 10_000

    /// - Parameters:
    ///   - cancellation: Ends the check with an error.
    ///   - milliseconds: The time for its first statement and for its last one, which do no work.
    ///   - progress: Is called before each rule.
    static func run(
        on connection: inout Connection, until cancellation: Cancellation,
        withinMilliseconds milliseconds: Int = statementMilliseconds, _ progress: (MaintenanceStage) -> Void
    ) throws(PostgresError) -> CheckReport {
        let soon = { Deadline.after(milliseconds: milliseconds) }
        try connection.runScript("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", until: soon())
        let report = try report(on: &connection, until: cancellation, progress)
        try connection.runScript("COMMIT", until: soon())
        return report
    }

    /// Runs the check in the transaction of the caller.
    static func report(
        on connection: inout Connection, until cancellation: Cancellation, _ progress: (MaintenanceStage) -> Void
    ) throws(PostgresError) -> CheckReport {
        try CancellationWatch.run(on: &connection, until: cancellation) {
            (connection: inout Connection) throws(PostgresError) in
            var findings: [CheckReport.Finding] = []
            let counts = try Self.counts(on: &connection)
            for (index, rule) in rules.enumerated() {
                guard !cancellation.isCancelled else { throw PostgresError(.refusedCall, "the check was stopped") }
                progress(.checking(rule: rule.text, number: index + 1, count: rules.count))
                findings.append(
                    CheckReport.Finding(rule: rule.text, faults: try rule.faults(&connection, cancellation)))
            }
            return CheckReport(counts: counts, findings: findings)
        }
    }

    private static func counts(on connection: inout Connection) throws(PostgresError) -> CheckReport.Counts {
        CheckReport.Counts(
            users: try number("SELECT count(*) FROM users", on: &connection),
            orders: try number("SELECT count(*) FROM orders", on: &connection),
            withdrawals: try number("SELECT count(*) FROM withdrawals", on: &connection),
            ledgerEntries: try number("SELECT count(*) FROM ledger", on: &connection),
            receipts: try number("SELECT count(*) FROM receipts", on: &connection))
    }

    /// The deadline of one statement, which may read and sort all rows.
    static var deadline: Deadline { .after(milliseconds: 3_600_000) }

    static func number(_ sql: String, on connection: inout Connection) throws(PostgresError) -> Int64 {
        let number = try connection.run(sql, until: deadline) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in try row.integer(0) }
        }
        guard let number else { throw .badValue("a count") }
        return number
    }
}
