import CPostgres

/// A value of a column whose type the caller does not know in advance.
package enum AnyValue: Equatable, Sendable {
    case null
    /// An integer of any width, or a boolean as 0 or 1.
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
}

extension ResultSet {
    /// The name of a column, which counts from 0.
    package borrowing func columnName(_ column: Int) -> String {
        library.functions.PQfname(handle, CInt(column)).map { String(cString: $0) } ?? ""
    }
}

extension Row {
    /// Returns a value of any type that a column or an expression of this program has.
    package borrowing func anyValue(_ column: Int) throws(PostgresError) -> AnyValue {
        let place = CInt(truncatingIfNeeded: column)
        guard column >= 0, column < columnCount, library.functions.PQfformat(handle, place) == 1 else {
            throw fault(column)
        }
        guard library.functions.PQgetisnull(handle, index, place) == 0 else { return .null }
        let length = Int(library.functions.PQgetlength(handle, index, place))
        guard length >= 0, let address = library.functions.PQgetvalue(handle, index, place) else {
            throw fault(column)
        }
        let bytes = UnsafeRawBufferPointer(start: address, count: length)
        switch (library.functions.PQftype(handle, place), length) {
        case (Self.int8, 8), (Self.int4, 4), (Self.int2, 2): return .integer(Self.signed(bytes))
        case (Self.bool, 1): return .integer(bytes[0] == 0 ? 0 : 1)
        case (Self.text, _), (Self.varchar, _), (Self.bpchar, _), (Self.name, _):
            guard let text = String(validating: bytes, as: UTF8.self) else { throw fault(column) }
            return .text(text)
        case (Self.bytea, _): return .bytes(Array(bytes))
        default: throw fault(column)
        }
    }

    // pg_type.dat
    private static let bool: UInt32 = 16
    private static let bytea: UInt32 = 17
    private static let name: UInt32 = 19
    private static let int8: UInt32 = 20
    private static let int2: UInt32 = 21
    private static let int4: UInt32 = 23
    private static let text: UInt32 = 25
    private static let bpchar: UInt32 = 1042
    private static let varchar: UInt32 = 1043

    private static func signed(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        let bits = bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let shift = 64 - 8 * bytes.count
        return Int64(bitPattern: bits << shift) >> shift
    }
}
