/// A statement that a connection prepares once and then runs by its name, so that the server parses and plans it only
/// once.
package struct PreparedStatement: Sendable {
    /// The name of the statement, also in errors. Each connection has its own names.
    package let name: String
    package let sql: String
    package let types: [ValueType]

    /// - Parameters:
    ///   - name: not empty, and without U+0000.
    ///   - types: the types of `$1`, `$2` and so on.
    package init(_ name: String, _ sql: String, types: [ValueType]) {
        precondition(!name.isEmpty && !name.utf8.contains(0), "a statement's name must not be empty")
        (self.name, self.sql, self.types) = (name, sql, types)
    }

    /// Does the same as ``init(_:_:types:)``.
    package init(_ name: String, _ sql: String, _ types: ValueType...) {
        self.init(name, sql, types: types)
    }
}
