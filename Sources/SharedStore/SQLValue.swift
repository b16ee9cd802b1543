/// A value in a row, or for a parameter of a statement. A null has a type as well, because PostgreSQL wants to know the
/// type of each parameter.
package enum SQLValue: Equatable, Sendable {
    case integer(Int64?)
    case text(String?)
    case bytes([UInt8]?)
}

// Swift's `String` treats canonically equivalent texts as equal; two values are equal only byte for byte.
extension SQLValue {
    package static func == (left: SQLValue, right: SQLValue) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): return left == right
        case (.text(let left?), .text(let right?)): return left.utf8.elementsEqual(right.utf8)
        case (.text(nil), .text(nil)): return true
        case (.bytes(let left), .bytes(let right)): return left == right
        default: return false
        }
    }
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
