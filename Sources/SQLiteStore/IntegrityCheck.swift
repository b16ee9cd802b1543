import SQLite

/// Proves of a whole database what Martlet promises of it: that SQLite finds the file whole, and that points add up.
package struct IntegrityCheck: Sendable {
    /// What one rule found.
    package struct Finding: Equatable, Sendable {
        /// What has to be so, as a sentence.
        package let rule: String
        /// Where it is not so: how often, or SQLite's own words. Empty where it is.
        package let faults: [String]
    }

    package struct Counts: Equatable, Sendable {
        package let users: Int64
        package let orders: Int64
        package let withdrawals: Int64
        package let ledgerEntries: Int64
        package let receipts: Int64

        /// Of a file whose tables are not ours.
        static let none = Counts(users: 0, orders: 0, withdrawals: 0, ledgerEntries: 0, receipts: 0)
    }

    package let counts: Counts
    package private(set) var findings: [Finding] = []

    package var isPassed: Bool { findings.allSatisfy(\.faults.isEmpty) }

    /// Checks one state of the database; `willCheck` is told each rule before its turn, with its number and how many there
    /// are.
    ///
    /// What the check costs is reading all of the file: a connection of its own does it, and no loop waits.
    package init(
        _ database: Database, willCheck: (_ rule: String, _ number: Int, _ count: Int) -> Void
    ) throws(SQLiteError) {
        // What is sorted may be as large as the database, and belongs on the disk then.
        try database.execute("PRAGMA temp_store = FILE; PRAGMA cache_size = -\(Self.cacheKibibytes)")
        try Self.addPredicates(to: database)
        try database.execute("BEGIN")
        do throws(SQLiteError) {
            var rules: [Rule] = []
            for rule in Self.rules where try rule.isApplicable(database) { rules.append(rule) }
            // Tables, views and triggers that are not ours are not even looked into.
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

    /// The rules go through the tables more than once, and look up each order.
    private static let cacheKibibytes = 32 * 1024

    /// A backup of the first schema has no accrual system.
    static func hasReceipts(_ database: Database) throws(SQLiteError) -> Bool {
        try database.first("SELECT 1 FROM sqlite_schema WHERE name = 'receipts'") { _ in true } ?? false
    }

    /// In a backup of the first two schemas nothing was done by hand.
    static func hasOwnerEntries(_ database: Database) throws(SQLiteError) -> Bool {
        try database.first("SELECT 1 FROM sqlite_schema WHERE name = 'ledger_notes'") { _ in true }
            ?? false
    }

    /// Places of sign-ins are kept since the fifth schema.
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
