import SharedStore

/// Rows in the binary format of `COPY` (postgresql.org/docs/current/sql-copy.html, "Binary Format").
enum BinaryRows {
    /// The signature, then no flags and no header extension.
    private static let header: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    private static let end: [UInt8] = [0xFF, 0xFF]
    private static let null: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]

    static func bytes(of page: TablePage) -> [UInt8] {
        var bytes = header
        let columnCount = page.table.columns.count
        bytes.reserveCapacity(header.count + page.values.count * 16)
        for (index, value) in page.values.enumerated() {
            if index % columnCount == 0 { append(Int16(columnCount), to: &bytes) }
            switch value {
            case .integer(let integer?):
                append(8 as Int32, to: &bytes)
                append(integer, to: &bytes)
            case .text(let text?):
                append(Int32(text.utf8.count), to: &bytes)
                bytes += text.utf8
            case .bytes(let value?):
                append(Int32(value.count), to: &bytes)
                bytes += value
            case .integer(nil), .text(nil), .bytes(nil): bytes += null
            }
        }
        return bytes + end
    }

    private static func append<Integer: FixedWidthInteger>(_ value: Integer, to bytes: inout [UInt8]) {
        var shift = Integer.bitWidth - 8
        while shift >= 0 {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
            shift -= 8
        }
    }
}

extension TablePage {
    /// The table and the key of the first row with a text that has U+0000; `nil` if there is none.
    var firstNUL: String? {
        let index = values.firstIndex { value in
            if case .text(let text?) = value { return text.utf8.contains(0) }
            return false
        }
        return index.map { "\(table.name), key \(text(ofKey: $0 / table.columns.count))" }
    }
}
