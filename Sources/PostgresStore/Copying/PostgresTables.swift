import Posix
import Postgres
import SharedStore
import Storage

/// Reads and fills the tables of a database on one connection, in the transaction that its owner begins and ends.
final class PostgresTables: TableReader {
    var connection: Connection
    private let name: String

    /// The time for reading or writing a page of rows. A connection that takes longer has hung.
    private static let pageMilliseconds = 60_000
    /// Reads the rows of all instances for a quarter of an hour as one, as SQLite has it. A sum beyond 64 bits becomes
    /// the greatest integer.
    private static let figures: String = {
        let columns = StoredTable.all.first { $0.name == "figures" }.map { $0.columns.dropFirst($0.keyCount) } ?? []
        let sums = columns.map { "least(sum(\($0.name)), 9223372036854775807)::int8 AS \($0.name)" }
        return "(SELECT quarter, \(sums.joined(separator: ", ")) FROM figures GROUP BY quarter) AS figures"
    }()

    /// - Parameter name: the address without its secrets.
    init(_ connection: consuming Connection, _ connector: StoreConnector) {
        name = connector.address.description
        self.connection = connection
    }

    private var pageDeadline: Deadline { .after(milliseconds: Self.pageMilliseconds) }

    /// Runs `body` on the connection, and describes its error.
    func describing<Value>(
        _ what: String, _ body: (inout Connection) throws(PostgresError) -> Value
    ) throws(StoreError) -> Value {
        do throws(PostgresError) {
            return try body(&connection)
        } catch {
            throw StoreError("The database \(name) can't be \(what): \(error).")
        }
    }

    // MARK: Reading

    func rowCount(of table: StoredTable) throws(StoreError) -> Int64 {
        try describing("read") { connection throws(PostgresError) in
            try PostgresCheck.number("SELECT count(*) FROM \(Self.source(of: table))", on: &connection)
        }
    }

    func page(of table: StoredTable, after key: [SQLValue]?) throws(StoreError) -> TablePage {
        var parameters = Parameters()
        for value in key ?? [] {
            switch value {
            case .integer(let integer): parameters.add(integer)
            case .text(let text): parameters.add(text)
            case .bytes(let bytes): parameters.add(bytes)
            }
        }
        let sql = table.pageStatement(from: Self.source(of: table), isFirst: key == nil) { "$\($0)" }
        let (values, deadline) = (parameters, pageDeadline)
        return try describing("read") { connection throws(PostgresError) in
            try connection.run(sql, values, until: deadline) { (rows: borrowing ResultSet) throws(PostgresError) in
                var page = TablePage(of: table)
                _ = try rows.all { (row: borrowing Row) throws(PostgresError) in try Self.add(row, to: &page) }
                return page
            }
        }
    }

    private static func source(of table: StoredTable) -> String {
        table.name == "figures" ? figures : table.name
    }

    private static func add(_ row: borrowing Row, to page: inout TablePage) throws(PostgresError) {
        for (index, column) in page.table.columns.enumerated() {
            let value: SQLValue =
                switch try row.anyValue(index) {
                case .null: column.null
                case .integer(let integer): .integer(integer)
                case .text(let text): .text(text)
                case .bytes(let bytes): .bytes(bytes)
                }
            guard page.append(value) else { throw .badValue("\(page.table.name).\(column.name)") }
        }
    }

    // MARK: Writing

    /// Adds the rows of a page by a `COPY` of their own, so that each has its deadline.
    func write(_ page: TablePage) throws(StoreError) {
        if let place = page.firstNUL {
            throw StoreError("PostgreSQL can't store U+0000, which \(place) has in a text.")
        }
        let table = page.table
        let sql = "COPY \(table.name) (\(table.columnList)) FROM STDIN (FORMAT binary)"
        var piece: [UInt8]? = BinaryRows.bytes(of: page)
        let deadline = pageDeadline
        try describing("filled (\(table.name))") { connection throws(PostgresError) in
            try connection.copyIn(sql, until: deadline) { () throws(PostgresError) in
                defer { piece = nil }
                return piece
            }
        }
    }
}
