/// The types of values that statements take and return (pg_type.dat).
package enum ValueType: UInt32, Sendable {
    case bool = 16
    case bytes = 17
    case integer = 20
    case text = 25
    case textArray = 1009
    case bytesArray = 1001
    case integerArray = 1016

    /// The type of the elements of an array; `nil` for other types.
    var element: ValueType? {
        switch self {
        case .textArray: .text
        case .bytesArray: .bytes
        case .integerArray: .integer
        default: nil
        }
    }
}

/// The values of a statement's parameters, in the binary format of PostgreSQL: numbers are big-endian, an array has a
/// header (arrayfuncs.c, `array_recv`).
///
/// Integers have 64 bits, whatever the type of the column, so that there is one way to write them. Texts must not
/// contain U+0000, which PostgreSQL refuses (22021).
package struct Parameters: Sendable {
    private(set) var bytes: [UInt8] = []
    /// The range of each value in `bytes`; `nil` for NULL.
    private(set) var ranges: [Range<Int>?] = []
    private(set) var types: [ValueType] = []

    package init() {}

    package var count: Int { ranges.count }

    package mutating func add(_ value: Int64?) {
        add(.integer, value) { Self.append($0, to: &$1) }
    }

    package mutating func add(_ value: Int) { add(Int64(value)) }

    package mutating func add(_ value: Bool?) {
        add(.bool, value) { $1.append($0 ? 1 : 0) }
    }

    package mutating func add(_ value: String?) {
        add(.text, value) { $1 += $0.utf8 }
    }

    package mutating func add(_ value: [UInt8]?) {
        add(.bytes, value) { $1 += $0 }
    }

    package mutating func add(array values: [Int64]) {
        addArray(.integerArray, values) { Self.append($0, to: &$1) }
    }

    package mutating func add(array values: [String]) {
        addArray(.textArray, values) { $1 += $0.utf8 }
    }

    package mutating func add(array values: [[UInt8]]) {
        addArray(.bytesArray, values) { $1 += $0 }
    }

    private mutating func add<Value>(
        _ type: ValueType, _ value: Value?, append: (Value, inout [UInt8]) -> Void
    ) {
        types.append(type)
        guard let value else { return ranges.append(nil) }
        let start = bytes.count
        append(value, &bytes)
        ranges.append(start..<bytes.count)
    }

    private mutating func addArray<Value>(
        _ type: ValueType, _ values: [Value], append: (Value, inout [UInt8]) -> Void
    ) {
        guard let element = type.element else { preconditionFailure("type must be one of an array") }
        add(type, values) { values, bytes in
            // Dimensions, no NULLs, the type of the elements; then the length and the lower bound of the one dimension.
            Self.append(values.isEmpty ? 0 : 1 as Int32, to: &bytes)
            Self.append(0 as Int32, to: &bytes)
            Self.append(Int32(bitPattern: element.rawValue), to: &bytes)
            guard !values.isEmpty else { return }
            Self.append(Int32(values.count), to: &bytes)
            Self.append(1 as Int32, to: &bytes)
            for value in values {
                let lengthAt = bytes.count
                bytes += [0, 0, 0, 0]
                append(value, &bytes)
                let length = Int32(bytes.count - lengthAt - 4)
                for index in 0..<4 { bytes[lengthAt + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * index)) }
            }
        }
    }

    private static func append<Integer: FixedWidthInteger>(_ value: Integer, to bytes: inout [UInt8]) {
        let size = Integer.bitWidth
        var shift = size - 8
        while shift >= 0 {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
            shift -= 8
        }
    }
}
