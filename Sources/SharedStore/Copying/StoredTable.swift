/// A table that every engine has, with the columns that a copy of the store takes along.
package struct StoredTable: Equatable, Sendable {
    /// A column and the type of its values.
    package struct Column: Equatable, Sendable {
        package enum Kind: Equatable, Sendable {
            case integer, text, bytes
        }

        package let name: String
        package let kind: Kind
        package let isNullable: Bool

        static func integer(_ name: String, isNullable: Bool = false) -> Column {
            Column(name: name, kind: .integer, isNullable: isNullable)
        }

        static func text(_ name: String) -> Column { Column(name: name, kind: .text, isNullable: false) }

        static func bytes(_ name: String, isNullable: Bool = false) -> Column {
            Column(name: name, kind: .bytes, isNullable: isNullable)
        }

        /// The null of this column, which has the type of its other values.
        package var null: SQLValue {
            switch kind {
            case .integer: .integer(nil)
            case .text: .text(nil)
            case .bytes: .bytes(nil)
            }
        }

        /// Returns true if the column can have a value.
        package func admits(_ value: SQLValue) -> Bool {
            switch (value, kind) {
            case (.integer(let integer), .integer): isNullable || integer != nil
            case (.text(let text), .text): isNullable || text != nil
            case (.bytes(let bytes), .bytes): isNullable || bytes != nil
            default: false
            }
        }
    }

    package let name: String
    /// The columns of the key come first.
    package let columns: [Column]
    /// The number of columns that make the primary key. Rows are read in its order: numbers by size, texts and bytes
    /// byte by byte.
    package let keyCount: Int
    /// The rows that are read and written at once, which bounds the memory of a copy. Rows have at most a few kilobytes
    /// each, except kept responses.
    package let rowsPerPage: Int

    package static let rowsPerPageStandard = 2_000

    init(_ name: String, key: [Column], _ columns: [Column], rowsPerPage: Int = rowsPerPageStandard) {
        self.name = name
        self.columns = key + columns
        keyCount = key.count
        self.rowsPerPage = rowsPerPage
    }

    package var key: ArraySlice<Column> { columns.prefix(keyCount) }

    /// `id, login, password_hash`
    package var columnList: String { columns.map(\.name).joined(separator: ", ") }

    /// The statement that selects the next page of rows in the order of the key.
    ///
    /// - Parameters:
    ///   - source: The table, or an expression with its columns.
    ///   - isFirst: False if the page follows a row, whose key the parameters have.
    ///   - parameter: Writes the parameter of a number, which counts from 1.
    package func pageStatement(
        from source: String, isFirst: Bool, parameter: (Int) -> String
    ) -> String {
        let names = key.map(\.name).joined(separator: ", ")
        let values = (1...keyCount).map(parameter).joined(separator: ", ")
        let condition = isFirst ? "" : " WHERE (\(names)) > (\(values))"
        return "SELECT \(columnList) FROM \(source)\(condition) ORDER BY \(names) LIMIT \(rowsPerPage)"
    }
}
