import Postgres
import SharedStore
import Text

/// Runs the statements that all engines share on one connection, in the transaction that the caller begins and ends.
///
/// A statement is prepared when it runs for the first time, and each runs in one round trip. After a statement has
/// failed, the server skips all others of the transaction, and the caller has to end it.
///
/// A session belongs to the thread of its connection.
final class PostgresSession: SQLSession {
    var connection: Connection
    /// The moment at which the statements have to be answered.
    var deadline: Deadline
    private var prepared: [String: PreparedStatement] = [:]

    init(_ connection: consuming Connection, until deadline: Deadline) {
        self.connection = connection
        self.deadline = deadline
    }

    func run(_ sql: StaticString, values: [SQLValue]) throws(PostgresError) -> Int {
        guard !Self.matchesNothing(sql, values) else { return 0 }
        return try answer(sql, values) { (rows: borrowing ResultSet) throws(PostgresError) in rows.affectedRowCount }
    }

    func rows(_ sql: StaticString, values: [SQLValue]) throws(PostgresError) -> [SQLRow] {
        guard !Self.matchesNothing(sql, values) else { return [] }
        return try answer(sql, values) { (rows: borrowing ResultSet) throws(PostgresError) in
            let columnCount = rows.columnCount
            var names: [String] = []
            for column in 0..<columnCount { names.append(rows.columnName(column)) }
            let columnNames = names
            return try rows.all { (row: borrowing Row) throws(PostgresError) in
                var values: [SQLValue] = []
                for column in 0..<columnCount { values.append(SQLValue(try row.anyValue(column))) }
                return SQLRow(values, names: columnNames)
            }
        }
    }

    /// Returns true if a statement looks for a text with U+0000, which no row has, since the server refuses it (22021).
    /// The server would refuse the statement as well.
    private static func matchesNothing(_ sql: StaticString, _ values: [SQLValue]) -> Bool {
        let hasNull = values.contains { value in
            if case .text(let text?) = value { text.utf8.contains(0) } else { false }
        }
        return hasNull && ["SELECT", "DELETE"].contains { sql.description.hasPrefix($0) }
    }

    private func answer<Value>(
        _ sql: StaticString, _ values: [SQLValue], read: (borrowing ResultSet) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        var parameters = Parameters()
        for value in values { parameters.add(value) }
        let text = sql.description
        let known = prepared[text]
        let statement =
            known ?? PreparedStatement("s\(prepared.count)", Self.numbered(text), types: values.map(\.type))
        if known == nil { try connection.sendPreparation(of: statement) }
        try connection.send(statement, parameters)
        try connection.sendFlushRequest()
        if known == nil { try readPreparation(of: statement, text) }
        switch try connection.next(until: deadline) {
        case .rows(let rows): return try read(rows)
        case .failed(let error): throw PostgresError(error.cause, error.message, statement: text.statementName)
        default: throw PostgresError(.protocolViolation, "a statement was skipped", statement: text.statementName)
        }
    }

    private func readPreparation(of statement: PreparedStatement, _ text: String) throws(PostgresError) {
        switch try connection.next(until: deadline) {
        case .done: prepared[text] = statement
        case .failed(let error):
            // The statement that was to be prepared is skipped.
            _ = try connection.next(until: deadline)
            throw PostgresError(error.cause, error.message, statement: text.statementName)
        default: throw PostgresError(.protocolViolation, "a statement was skipped", statement: text.statementName)
        }
    }

    /// `?` becomes `$1` and so on, and `?2` becomes `$2`.
    static func numbered(_ sql: String) -> String {
        var result = ""
        var count = 0
        var rest = Substring(sql)
        while let mark = rest.firstIndex(of: "?") {
            result += rest[..<mark]
            rest = rest[rest.index(after: mark)...]
            let digits = rest.prefix { $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let number = Int(digits) ?? count + 1
            count = max(count, number)
            result += "$\(number)"
        }
        return result + rest
    }
}

extension PostgresError: SQLFailure {}

extension SQLValue {
    fileprivate init(_ value: AnyValue) {
        self =
            switch value {
            case .null: .integer(nil)
            case .integer(let value): .integer(value)
            case .text(let value): .text(value)
            case .bytes(let value): .bytes(value)
            }
    }

    fileprivate var type: ValueType {
        switch self {
        case .integer: .integer
        case .text: .text
        case .bytes: .bytes
        }
    }
}

extension Parameters {
    fileprivate mutating func add(_ value: SQLValue) {
        switch value {
        case .integer(let value): add(value)
        case .text(let value): add(value)
        case .bytes(let value): add(value)
        }
    }
}
