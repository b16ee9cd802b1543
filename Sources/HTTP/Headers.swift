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
        for field in fields where isField(field, name) { return bytes[field.value] }
        return nil
    }

    /// Every field of the name, which is given in small letters.
    package func all(_ name: String) -> [ArraySlice<UInt8>] {
        var values: [ArraySlice<UInt8>] = []
        for field in fields where isField(field, name) { values.append(bytes[field.value]) }
        return values
    }

    /// How often the name stands there.
    func count(of name: String) -> Int {
        var count = 0
        for field in fields where isField(field, name) { count += 1 }
        return count
    }

    private func isField(_ field: Field, _ name: String) -> Bool {
        field.name.count == name.utf8.count && bytes[field.name].equalsIgnoringCase(name)
    }

    /// The comma-separated elements of every field of the name, empty ones left out (RFC 9110, section 5.6.1).
    package func list(_ name: String) -> [ArraySlice<UInt8>] {
        let values = all(name)
        if values.isEmpty { return [] }
        return values.flatMap { $0.split(separator: UInt8(ascii: ",")) }.map(\.trimmed).filter { !$0.isEmpty }
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
