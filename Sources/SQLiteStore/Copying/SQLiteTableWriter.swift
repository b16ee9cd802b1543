import Posix
import SQLite
import SharedStore

/// Fills the tables of a new file.
///
/// Nothing is kept for a rollback and nothing is synced: a file that is not completed is removed. Indexes are made
/// after the rows, because a sorted list becomes an index faster than rows in another order do.
final class SQLiteTableWriter {
    private let database: Database
    /// The statements that make the indexes.
    private let indexes: [String]
    /// The statement of the table that is being filled.
    private var insert: (table: StoredTable, statement: Statement)?

    private static let cacheKibibytes = 32 * 1024

    /// - Parameter path: a database of one empty page.
    init(path: String, until cancellation: Cancellation) throws(SQLiteError) {
        let database = try Database(path: path, mode: .readWriteCreate)
        self.database = database
        try database.execute(
            """
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA foreign_keys = ON;
            PRAGMA trusted_schema = OFF;
            PRAGMA temp_store = FILE;
            PRAGMA cache_size = -\(Self.cacheKibibytes);
            """)
        database.interruptStatements { cancellation.isCancelled }
        try Schema.migrate(database, from: 0)
        let objects = try database.all(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid"
        ) { row in (name: row.text(0), statement: row.text(1)) }
        indexes = objects.map(\.statement)
        for object in objects { try database.execute("DROP INDEX \(object.name)") }
        try database.execute("BEGIN")
    }

    deinit {
        database.close()
    }

    func write(_ page: TablePage) throws(SQLiteError) {
        let statement = try statement(for: page.table)
        let count = page.table.columns.count
        for row in 0..<page.rowCount {
            statement.reset()
            let values = page.row(row)
            for index in 0..<count { try statement.bind(values[values.startIndex + index], at: index + 1) }
            _ = try statement.step()
        }
        // A statement that was not reset would keep the transaction open.
        statement.reset()
    }

    private func statement(for table: StoredTable) throws(SQLiteError) -> Statement {
        if let insert, insert.table.name == table.name { return insert.statement }
        let marks = table.columns.map { _ in "?" }.joined(separator: ", ")
        let statement = try database.prepare("INSERT INTO \(table.name) (\(table.columnList)) VALUES (\(marks))")
        insert = (table, statement)
        return statement
    }

    /// Makes the indexes and ends the transaction.
    func finish() throws(SQLiteError) {
        insert = nil
        for index in indexes { try database.execute(index) }
        try database.execute("COMMIT")
        // The copy has a rollback journal, as backups have, until a server opens it.
        try database.execute("PRAGMA journal_mode = DELETE")
    }
}
