import Posix
import SQLite
import Storage

/// A check of a whole database: SQLite finds the file intact, each value is one that Martlet would store, and points
/// add up.
///
/// Rules about the file come first, then rules about single values, then those about sums, which rely on the values.
enum IntegrityCheck {
    /// Checks a database through a connection that is used for nothing else meanwhile.
    ///
    /// - Parameters:
    ///   - path: The database's file, for errors.
    ///   - cancellation: Ends the check with an error.
    ///   - progress: Called before each rule.
    static func run(
        on database: Database, _ path: String, until cancellation: Cancellation, _ progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport {
        database.interruptStatements { cancellation.isCancelled }
        do throws(SQLiteError) {
            return try report(on: database, progress)
        } catch {
            throw StoreError("The database \(path) can't be checked: \(error).", isDamage: error.isDamage)
        }
    }

    /// Checks one state of the database. The check reads the whole file, so it has a connection of its own, and no
    /// event loop waits.
    private static func report(
        on database: Database, _ progress: (MaintenanceStage) -> Void
    ) throws(SQLiteError) -> CheckReport {
        // A sort can need as much space as the database has, so it uses the disk.
        try database.execute("PRAGMA temp_store = FILE; PRAGMA cache_size = -\(cacheKibibytes)")
        try database.execute("BEGIN")
        defer { try? database.execute("ROLLBACK") }
        return try reportInTransaction(on: database, progress)
    }

    /// Checks the state that a transaction of this connection sees, with what it has written itself.
    static func reportInTransaction(
        on database: Database, _ progress: (MaintenanceStage) -> Void
    ) throws(SQLiteError) -> CheckReport {
        try addPredicates(to: database)
        var rules: [Rule] = []
        for rule in Self.rules where try rule.isApplicable(database) { rules.append(rule) }
        progress(.checking(rule: schemaRule, number: 1, count: rules.count + 1))
        let schemaFaults = try Self.schemaFaults(of: database)
        var findings = [CheckReport.Finding(rule: schemaRule, faults: schemaFaults)]
        // Tables, views and triggers that Martlet did not make are not read at all.
        guard schemaFaults.isEmpty else { return CheckReport(counts: .none, findings: findings) }
        let counts = try Self.counts(of: database)
        for (index, rule) in rules.enumerated() {
            progress(.checking(rule: rule.text, number: index + 2, count: rules.count + 1))
            findings.append(CheckReport.Finding(rule: rule.text, faults: try rule.check(database)))
        }
        return CheckReport(counts: counts, findings: findings)
    }

    private static let schemaRule = "tables, indexes and triggers are those that Martlet makes"

    private static func schemaFaults(of database: Database) throws(SQLiteError) -> [String] {
        let version = try database.first("PRAGMA user_version") { row in row.integer(0) } ?? 0
        guard (0...Int64(Schema.migrations.count)).contains(version) else {
            return ["the version \(version) is unknown"]
        }
        return try Schema.differences(of: database, version: Int(version))
    }

    /// The rules read the tables more than once and look up each order, so a larger cache than SQLite's 2 MiB is worth
    /// its memory.
    private static let cacheKibibytes = 32 * 1024

    /// True for a database that has an accrual system. Backups of the first schema do not.
    static let hasReceipts = has(table: "receipts")

    /// True for a database that has the owner's entries. Backups of the first three schemas do not.
    static let hasOwnerEntries = has(table: "ledger_notes")

    /// True for a database that has places of sign-ins. Backups of the first four schemas do not.
    static let hasSignInPlaces = has(table: "sign_in_places")

    /// True for a database that has a staff and figures. Backups of the first five schemas do not.
    static let hasStaff = has(table: "figures")

    private static func has(table: String) -> Rule.Condition {
        { database throws(SQLiteError) in
            try database.first("SELECT 1 FROM sqlite_schema WHERE name = ?", table) { _ in true } ?? false
        }
    }

    private static func counts(of database: Database) throws(SQLiteError) -> CheckReport.Counts {
        let receipts =
            try hasReceipts(database)
            ? database.first("SELECT count(*) FROM receipts") { row in row.integer(0) } ?? 0 : 0
        let counts = try database.first(
            """
            SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM orders), (SELECT count(*) FROM withdrawals),
                (SELECT count(*) FROM ledger)
            """
        ) { row in
            CheckReport.Counts(
                users: row.integer(0), orders: row.integer(1), withdrawals: row.integer(2),
                ledgerEntries: row.integer(3), receipts: receipts)
        }
        guard let counts else { preconditionFailure("a SELECT without FROM must return a row") }
        return counts
    }
}
