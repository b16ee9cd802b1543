/// The fields of a request's head, in the order they came, over the bytes they came in (RFC 9110, section 5).
package struct Headers: Sendable {
    struct Field: Sendable {
        let name: Range<Int>
        /// White space around it cut.
        let value: Range<Int>
    }

    let bytes: [UInt8]
    let fields: [Field]

    /// The first field of the name, which is given in small letters.
    package subscript(_ name: String) -> ArraySlice<UInt8>? {
        for field in fields where bytes[field.name].equalsIgnoringCase(name) { return bytes[field.value] }
        return nil
    }

    /// Every field of the name, which is given in small letters.
    package func all(_ name: String) -> [ArraySlice<UInt8>] {
        fields.lazy.filter { bytes[$0.name].equalsIgnoringCase(name) }.map { bytes[$0.value] }
    }

    /// The comma-separated elements of every field of the name, empty ones left out (RFC 9110, section 5.6.1).
    package func list(_ name: String) -> [ArraySlice<UInt8>] {
        all(name).flatMap { $0.split(separator: UInt8(ascii: ",")) }.map(\.trimmed).filter { !$0.isEmpty }
    }
}

extension ArraySlice<UInt8> {
    /// Without spaces and tabs at either end (RFC 9110, section 5.6.3).
    package var trimmed: ArraySlice<UInt8> {
        var slice = self
        while let first = slice.first, first == 0x20 || first == 0x09 { slice.removeFirst() }
        while let last = slice.last, last == 0x20 || last == 0x09 { slice.removeLast() }
        return slice
    }
}
