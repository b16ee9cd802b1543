import CPostgres

/// A row of a ``ResultSet``, for the time of one call.
///
/// The server is another program, perhaps of another version or another schema. So each value is checked for its type
/// and its length, and a value of another type throws ``PostgresError/badValue(_:)`` and never traps.
package struct Row: ~Copyable {
    let library: PostgresLibrary
    let handle: OpaquePointer
    let index: CInt
    let columnCount: Int
    private let statement: String

    init(library: PostgresLibrary, handle: OpaquePointer, index: CInt, columnCount: Int, statement: String) {
        self.library = library
        self.handle = handle
        self.index = index
        self.columnCount = columnCount
        self.statement = statement
    }

    /// An integer of 64 bits.
    ///
    /// - Parameter column: counts from 0.
    package borrowing func integer(_ column: Int) throws(PostgresError) -> Int64 {
        try present(column, try integerIfAny(column))
    }

    /// An integer of 64 bits; `nil` for NULL.
    package borrowing func integerIfAny(_ column: Int) throws(PostgresError) -> Int64? {
        guard let bytes = try value(column, .integer) else { return nil }
        guard bytes.count == 8 else { throw fault(column) }
        return bytes.reduce(0) { $0 << 8 | Int64($1) }
    }

    package borrowing func bool(_ column: Int) throws(PostgresError) -> Bool {
        try present(column, try boolIfAny(column))
    }

    package borrowing func boolIfAny(_ column: Int) throws(PostgresError) -> Bool? {
        guard let bytes = try value(column, .bool) else { return nil }
        guard bytes.count == 1, bytes[0] <= 1 else { throw fault(column) }
        return bytes[0] == 1
    }

    /// A text, which has to be UTF-8.
    package borrowing func text(_ column: Int) throws(PostgresError) -> String {
        try present(column, try textIfAny(column))
    }

    package borrowing func textIfAny(_ column: Int) throws(PostgresError) -> String? {
        guard let bytes = try value(column, .text) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault(column) }
        return text
    }

    package borrowing func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
        try present(column, try bytesIfAny(column))
    }

    package borrowing func bytesIfAny(_ column: Int) throws(PostgresError) -> [UInt8]? {
        try value(column, .bytes).map { Array($0) }
    }

    private borrowing func present<Value>(_ column: Int, _ value: Value?) throws(PostgresError) -> Value {
        guard let value else { throw fault(column) }
        return value
    }

    /// The bytes of a value of this type; `nil` for NULL.
    private borrowing func value(
        _ column: Int, _ type: ValueType
    ) throws(PostgresError) -> UnsafeRawBufferPointer? {
        let place = CInt(truncatingIfNeeded: column)
        guard column >= 0, column < columnCount, library.functions.PQftype(handle, place) == type.rawValue,
            library.functions.PQfformat(handle, place) == 1
        else { throw fault(column) }
        guard library.functions.PQgetisnull(handle, index, place) == 0 else { return nil }
        let length = library.functions.PQgetlength(handle, index, place)
        guard length >= 0, let address = library.functions.PQgetvalue(handle, index, place) else {
            throw fault(column)
        }
        return UnsafeRawBufferPointer(start: address, count: Int(length))
    }

    borrowing func fault(_ column: Int) -> PostgresError {
        PostgresError(
            .badValue, "the column \(column) of a row has another type than the statement expects",
            statement: statement)
    }
}
