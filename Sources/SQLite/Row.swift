import CSQLite

/// One row of a result; columns count from zero. It is valid until the statement's next step, so it must not be kept.
public struct Row: ~Copyable {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    /// Returns true if the columns from the given one on have these names, in this order. For assertions: a statement
    /// whose columns were reordered would otherwise give wrong values of the right type.
    public func hasColumns(_ names: [String], from column: Int = 0) -> Bool {
        names.indices.allSatisfy { index in
            sqlite3_column_name(handle, CInt(column + index)).map { String(cString: $0) } == names[index]
        }
    }

    public func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, CInt(column)) == SQLITE_NULL
    }

    /// Returns the column's integer, or 0 if the column is null.
    public func integer(_ column: Int) -> Int64 {
        sqlite3_column_int64(handle, CInt(column))
    }

    /// Returns the column's text, or an empty text if the column is null. Bytes that are not UTF-8 become U+FFFD.
    public func text(_ column: Int) -> String {
        // The order matters: asking for the text fixes the encoding whose bytes are then counted.
        guard let bytes = sqlite3_column_text(handle, CInt(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, CInt(column)))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// Returns the column's bytes, none if the column is null.
    public func blob(_ column: Int) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(handle, CInt(column)) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, CInt(column)))
        return Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }
}
