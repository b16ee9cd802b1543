import Storage

/// Compares the rows of a table in two stores.
struct TableComparison {
    private let table: StoredTable
    private let source: any TableReader
    private let copy: any TableReader

    init(of table: StoredTable, in source: any TableReader, and copy: any TableReader) {
        (self.table, self.source, self.copy) = (table, source, copy)
    }

    /// The first difference, named by table, key and column, without the values, which may be secret; `nil` if every
    /// row is the same.
    ///
    /// - Parameter noteRows: Is called with the number of rows of each page.
    func firstDifference(_ noteRows: (Int) throws(StoreError) -> Void) throws(StoreError) -> String? {
        var key: [SQLValue]?
        while true {
            let expected = try source.page(of: table, after: key)
            let found = try copy.page(of: table, after: key)
            if expected != found { return Self.difference(expected, found) }
            try noteRows(expected.rowCount)
            guard !expected.isLast, let last = expected.lastKey else { return nil }
            key = last
        }
    }

    /// The first difference of two pages that are not the same.
    static func difference(_ expected: TablePage, _ found: TablePage) -> String {
        let table = expected.table
        func name(_ page: TablePage, _ index: Int) -> String {
            "\(table.name), key \(table.text(ofKey: page.key(index)))"
        }
        for index in 0..<min(expected.rowCount, found.rowCount) where expected.row(index) != found.row(index) {
            guard expected.key(index) == found.key(index) else {
                return "\(name(expected, index)) is not at its position, where the copy has the key "
                    + table.text(ofKey: found.key(index))
            }
            let columns = zip(table.columns, zip(expected.row(index), found.row(index))).filter { $1.0 != $1.1 }
            return "\(name(expected, index)): \(columns.map(\.0.name).joined(separator: ", "))"
        }
        let (isMissing, page) = (
            expected.rowCount > found.rowCount, [expected, found].max { $0.rowCount < $1.rowCount }
        )
        guard let page else { return table.name }
        let index = min(expected.rowCount, found.rowCount)
        return name(page, index) + (isMissing ? " is missing in the copy" : " is in the copy only")
    }
}
