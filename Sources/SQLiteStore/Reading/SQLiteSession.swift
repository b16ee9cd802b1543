import SQLite
import SharedStore

/// Runs the statements that all engines share on a connection of SQLite.
struct SQLiteSession: SQLSession {
    let database: Database

    func run(_ sql: StaticString, values: [SQLValue]) throws(SQLiteError) -> Int {
        try database.run(sql) { statement throws(SQLiteError) in try Self.bind(values, to: statement) }
    }

    func rows(_ sql: StaticString, values: [SQLValue]) throws(SQLiteError) -> [SQLRow] {
        try database.all(sql) { statement throws(SQLiteError) in
            try Self.bind(values, to: statement)
        } read: { row in
            SQLRow(row)
        }
    }

    private static func bind(_ values: [SQLValue], to statement: Statement) throws(SQLiteError) {
        precondition(values.count == statement.parameterCount, "a statement must get a value for each parameter")
        for (index, value) in values.enumerated() {
            switch value {
            case .integer(let value): try value.bind(to: statement, at: index + 1)
            case .text(let value): try value.bind(to: statement, at: index + 1)
            case .bytes(let value): try value.bind(to: statement, at: index + 1)
            }
        }
    }
}

extension SQLiteError: SQLFailure {}

extension Database {
    /// The statements that all engines share, on this connection.
    var shared: SQLiteSession { SQLiteSession(database: self) }
}

extension SQLRow {
    /// A copy of a row, which stays valid after the statement's next step.
    init(_ row: borrowing Row) {
        var values: [SQLValue] = []
        var names: [String] = []
        for column in 0..<row.columnCount {
            assert(
                {
                    names.append(row.name(of: column))
                    return true
                }(), "names are kept in debug builds")
            switch row.type(of: column) {
            case .integer: values.append(.integer(row.integer(column)))
            case .text: values.append(.text(row.text(column)))
            case .blob: values.append(.bytes(row.blob(column)))
            case .null, .real: values.append(.integer(nil))
            }
        }
        self.init(values, names: names)
    }
}
