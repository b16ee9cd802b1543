/// Rows of a table that follow each other in the order of its key.
package struct TablePage: Equatable, Sendable {
    package let table: StoredTable
    /// The values of all rows, row by row.
    package private(set) var values: [SQLValue] = []

    package init(of table: StoredTable) {
        self.table = table
    }

    package var rowCount: Int { values.count / table.columns.count }

    /// True if no row follows those of this page.
    package var isLast: Bool { rowCount < table.rowsPerPage }

    package func row(_ index: Int) -> ArraySlice<SQLValue> {
        let count = table.columns.count
        return values[(index * count)..<((index + 1) * count)]
    }

    /// The key of a row.
    package func key(_ index: Int) -> ArraySlice<SQLValue> { row(index).prefix(table.keyCount) }

    /// The key of the last row; `nil` if there is no row.
    package var lastKey: [SQLValue]? { rowCount == 0 ? nil : Array(key(rowCount - 1)) }

    /// The key of a row as people read it. Of bytes, which may be the hash of a secret, it shows the first ones only.
    package func text(ofKey index: Int) -> String { table.text(ofKey: key(index)) }

    /// Adds the next value of a row.
    ///
    /// - Returns: false if it is not a value of its column, so that the page can't be used.
    package mutating func append(_ value: SQLValue) -> Bool {
        let column = table.columns[values.count % table.columns.count]
        values.append(value)
        return column.admits(value)
    }
}

extension StoredTable {
    /// A key as people read it. Of bytes, which may be the hash of a secret, it shows the first ones only.
    func text(ofKey key: ArraySlice<SQLValue>) -> String {
        key.map { value in
            switch value {
            case .integer(let integer): integer.map(String.init) ?? "null"
            case .text(let text): text ?? "null"
            case .bytes(let bytes):
                (bytes ?? []).prefix(Self.bytesShownMax).map { byte in
                    (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }.joined() + "…"
            }
        }.joined(separator: ", ")
    }

    private static let bytesShownMax = 4
}
