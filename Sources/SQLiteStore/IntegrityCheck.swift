import SQLite

/// A check of a whole database: SQLite finds the file intact, each value is one that Martlet would store, and points
/// add up.
///
/// Rules about the file come first, then rules about single values, then those about sums, which rely on the values.
package struct IntegrityCheck: Sendable {
    /// The result of one rule.
    package struct Finding: Equatable, Sendable {
        /// The rule as a sentence.
        package let rule: String
        /// The exceptions: their number, or a sentence of SQLite's. Empty if the rule holds.
        package let faults: [String]
    }

    package struct Counts: Equatable, Sendable {
        package let users: Int64
        package let orders: Int64
        package let withdrawals: Int64
        package let ledgerEntries: Int64
        package let receipts: Int64

        /// The counts of a file whose tables are not Martlet's.
        static let none = Counts(users: 0, orders: 0, withdrawals: 0, ledgerEntries: 0, receipts: 0)
    }

    package let counts: Counts
    package private(set) var findings: [Finding] = []

    package var isPassed: Bool { findings.allSatisfy(\.faults.isEmpty) }

    /// Checks one state of the database. The check reads the whole file, so it has a connection of its own, and no
    /// event loop waits.
    ///
    /// - Parameters:
    ///   - database: A connection that only the check uses.
    ///   - willCheck: Called before each rule with its text, its number from 1, and the number of rules.
    package init(
        _ database: Database, willCheck: (_ rule: String, _ number: Int, _ count: Int) -> Void
    ) throws(SQLiteError) {
        // A sort can need as much space as the database has, so it uses the disk.
        try database.execute("PRAGMA temp_store = FILE; PRAGMA cache_size = -\(Self.cacheKibibytes)")
        try Self.addPredicates(to: database)
        try database.execute("BEGIN")
        do throws(SQLiteError) {
            var rules: [Rule] = []
            for rule in Self.rules where try rule.isApplicable(database) { rules.append(rule) }
            // Tables, views and triggers that Martlet did not make are not read at all.
            let schemaFaults = try Self.schemaFaults(of: database)
            willCheck(Self.schemaRule, 1, rules.count + 1)
            findings.append(Finding(rule: Self.schemaRule, faults: schemaFaults))
            counts = schemaFaults.isEmpty ? try Self.counts(of: database) : .none
            for (index, rule) in rules.enumerated() where schemaFaults.isEmpty {
                willCheck(rule.text, index + 2, rules.count + 1)
                findings.append(Finding(rule: rule.text, faults: try rule.check(database)))
            }
        } catch {
            try? database.execute("ROLLBACK")
            throw error
        }
        try database.execute("ROLLBACK")
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

    /// Returns true if the database has an accrual system. Backups of the first schema do not.
    static func hasReceipts(_ database: Database) throws(SQLiteError) -> Bool {
        try database.first("SELECT 1 FROM sqlite_schema WHERE name = 'receipts'") { _ in true } ?? false
    }

    /// Returns true if the database has the owner's entries. Backups of the first three schemas do not.
    static func hasOwnerEntries(_ database: Database) throws(SQLiteError) -> Bool {
        try database.first("SELECT 1 FROM sqlite_schema WHERE name = 'ledger_notes'") { _ in true }
            ?? false
    }

    /// Returns true if the database has places of sign-ins. Backups of the first four schemas do not.
    static func hasSignInPlaces(_ database: Database) throws(SQLiteError) -> Bool {
        try database.first("SELECT 1 FROM sqlite_schema WHERE name = 'sign_in_places'") { _ in true } ?? false
    }

    private static func counts(of database: Database) throws(SQLiteError) -> Counts {
        let receipts =
            try hasReceipts(database)
            ? database.first("SELECT count(*) FROM receipts") { row in row.integer(0) } ?? 0 : 0
        let counts = try database.first(
            """
            SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM orders), (SELECT count(*) FROM withdrawals),
                (SELECT count(*) FROM ledger)
            """
        ) { row in
            Counts(
                users: row.integer(0), orders: row.integer(1), withdrawals: row.integer(2),
                ledgerEntries: row.integer(3), receipts: receipts)
        }
        guard let counts else { preconditionFailure("a SELECT without FROM has a row") }
        return counts
    }
}
