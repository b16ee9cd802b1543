/// A value in a row, or for a parameter of a statement. A null has a type as well, because PostgreSQL wants to know the
/// type of each parameter.
package enum SQLValue: Equatable, Sendable {
    case integer(Int64?)
    case text(String?)
    case bytes([UInt8]?)
}

/// A Swift value that a statement's parameter can take.
package protocol SQLConvertible {
    /// The value for a parameter; a null if `value` is `nil`.
    static func sqlValue(of value: Self?) -> SQLValue
}

extension Int64: SQLConvertible {
    package static func sqlValue(of value: Int64?) -> SQLValue { .integer(value) }
}

extension String: SQLConvertible {
    package static func sqlValue(of value: String?) -> SQLValue { .text(value) }
}

extension [UInt8]: SQLConvertible {
    package static func sqlValue(of value: [UInt8]?) -> SQLValue { .bytes(value) }
}

extension Optional: SQLConvertible where Wrapped: SQLConvertible {
    package static func sqlValue(of value: Wrapped??) -> SQLValue { Wrapped.sqlValue(of: value ?? nil) }
}
