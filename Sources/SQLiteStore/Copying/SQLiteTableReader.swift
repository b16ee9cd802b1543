import SQLite
import SharedStore
import Storage

/// Reads the tables of a database in one state of it.
final class SQLiteTableReader: TableReader {
    private let database: Database
    private let path: String

    /// - Parameter database: a connection that is used for nothing else meanwhile; its owner closes it.
    init(_ database: Database, _ path: String) throws(StoreError) {
        (self.database, self.path) = (database, path)
        do throws(SQLiteError) {
            // The first read takes the snapshot.
            try database.execute("BEGIN; SELECT count(*) FROM sqlite_schema")
        } catch {
            throw unreadable(error)
        }
    }

    /// Ends the read.
    func close() {
        try? database.execute("ROLLBACK")
    }

    func rowCount(of table: StoredTable) throws(StoreError) -> Int64 {
        do throws(SQLiteError) {
            let statement = try database.prepare("SELECT count(*) FROM \(table.name)")
            return try statement.step() ? statement.row.integer(0) : 0
        } catch {
            throw unreadable(error)
        }
    }

    func page(of table: StoredTable, after key: [SQLValue]?) throws(StoreError) -> TablePage {
        var page = TablePage(of: table)
        do throws(SQLiteError) {
            let statement = try database.prepare(
                table.pageStatement(from: table.name, isFirst: key == nil) { _ in "?" })
            for (index, value) in (key ?? []).enumerated() { try statement.bind(value, at: index + 1) }
            while try statement.step() {
                guard Self.add(statement.row, to: &page) else {
                    let place =
                        page.rowCount == 0 ? "the first row" : "the row after \(page.text(ofKey: page.rowCount - 1))"
                    throw SQLiteError.badValue("a value of \(table.name), \(place)")
                }
            }
        } catch {
            throw unreadable(error)
        }
        return page
    }

    /// Returns false if a value does not fit its column.
    private static func add(_ row: borrowing Row, to page: inout TablePage) -> Bool {
        for (index, column) in page.table.columns.enumerated() {
            let value: SQLValue
            switch (row.type(of: index), column.kind) {
            case (.null, _): value = column.null
            case (.integer, .integer): value = .integer(row.integer(index))
            case (.blob, .bytes): value = .bytes(row.blob(index))
            case (.text, .text):
                // Bytes that are not UTF-8 must not become other characters.
                guard let text = String(validating: row.blob(index), as: UTF8.self) else { return false }
                value = .text(text)
            default: return false
            }
            guard page.append(value) else { return false }
        }
        return true
    }

    private func unreadable(_ error: SQLiteError) -> StoreError {
        StoreError("The database \(path) can't be read: \(error).", isDamage: error.isDamage)
    }
}

extension Statement {
    func bind(_ value: SQLValue, at index: Int) throws(SQLiteError) {
        switch value {
        case .integer(let integer?): try bind(integer, at: index)
        case .text(let text?): try bind(text, at: index)
        case .bytes(let bytes?): try bind(bytes, at: index)
        case .integer(nil), .text(nil), .bytes(nil): try bindNull(at: index)
        }
    }
}
