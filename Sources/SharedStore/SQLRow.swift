/// One row of a result; columns count from zero.
package struct SQLRow: Sendable {
    private let values: [SQLValue]
    /// Empty in release builds, which don't compare them.
    private let names: [String]

    /// - Parameter names: the names of the columns; may be empty in release builds.
    package init(_ values: [SQLValue], names: [String]) {
        (self.values, self.names) = (values, names)
    }

    /// Returns true if the columns from the given one on have these names, in this order. For assertions: a statement
    /// whose columns were reordered would otherwise give wrong values of the right type.
    package func hasColumns(_ names: [String], from column: Int = 0) -> Bool {
        self.names.dropFirst(column).starts(with: names)
    }

    package func isNull(_ column: Int) -> Bool {
        switch values[column] {
        case .integer(let value): value == nil
        case .text(let value): value == nil
        case .bytes(let value): value == nil
        }
    }

    /// Returns the column's integer, or 0 if the column is null.
    package func integer(_ column: Int) -> Int64 {
        if case .integer(let value) = values[column] { value ?? 0 } else { 0 }
    }

    /// Returns the column's text, or an empty text if the column is null.
    package func text(_ column: Int) -> String {
        if case .text(let value) = values[column] { value ?? "" } else { "" }
    }

    /// Returns the column's bytes, none if the column is null.
    package func bytes(_ column: Int) -> [UInt8] {
        if case .bytes(let value) = values[column] { value ?? [] } else { [] }
    }
}

/// A row has a value that this program would not have stored.
package struct BadValue: Error {
    /// The kind of value that should be there, such as "an order number".
    package let kind: String

    package init(_ kind: String) {
        self.kind = kind
    }
}
