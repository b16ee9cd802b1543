import Loyalty
import SQLite
import SharedStore

extension IntegrityCheck {
    struct Rule: Sendable {
        typealias Condition = @Sendable (Database) throws(SQLiteError) -> Bool

        let text: String
        let isApplicable: Condition
        private let faults: @Sendable (Database) throws(SQLiteError) -> [String]

        /// A rule whose exceptions a statement counts.
        ///
        /// - Parameters:
        ///   - sql: A statement with one row of one number.
        ///   - isApplicable: Returns true if the database's schema has the tables of the statement.
        init(
            _ text: String, exceptions sql: String,
            where isApplicable: @escaping Condition = { _ in true }
        ) {
            self.text = text
            self.isApplicable = isApplicable
            faults = { database throws(SQLiteError) in
                let statement = try database.prepare(sql)
                let count = try statement.step() ? statement.row.integer(0) : 0
                return count == 0 ? [] : ["exceptions: \(count)"]
            }
        }

        init(_ text: String, faults: @escaping @Sendable (Database) throws(SQLiteError) -> [String]) {
            self.text = text
            isApplicable = { _ in true }
            self.faults = faults
        }

        /// Returns the exceptions of the rule. A value that SQLite can't calculate with is one too.
        func check(_ database: Database) throws(SQLiteError) -> [String] {
            do throws(SQLiteError) {
                return try faults(database)
            } catch {
                guard error.isBadValue else { throw error }
                return ["SQLite can't tell: \(error.message)"]
            }
        }
    }

    /// Rules about values precede those about points, which rely on them.
    static let rules: [Rule] =
        fileRules + valueRules + staffRules + PointRule.all.map(Rule.init) + [figuresRule]

    private static let fileRules: [Rule] = [
        Rule("the file is whole") { database throws(SQLiteError) in
            try database.all("PRAGMA integrity_check(20)") { row in row.text(0) }.filter { $0 != "ok" }
        },
        Rule("every row that another row refers to exists") { database throws(SQLiteError) in
            try database.all("SELECT \"table\", rowid FROM pragma_foreign_key_check LIMIT 20") { row in
                "\(row.text(0)) \(row.integer(1))"
            }
        },
    ]
}

extension IntegrityCheck.Rule {
    /// A rule about points, for databases whose schema has its tables.
    init(_ rule: PointRule) {
        switch rule.since {
        case .foundation: self.init(rule.text, exceptions: rule.exceptions)
        case .accrualSystem: self.init(rule.text, exceptions: rule.exceptions, where: IntegrityCheck.hasReceipts)
        case .owner: self.init(rule.text, exceptions: rule.exceptions, where: IntegrityCheck.hasOwnerEntries)
        }
    }
}
