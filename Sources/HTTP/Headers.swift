/// The fields of a request's head in the order of their arrival (RFC 9110, section 5). Names and values are ranges of
/// the bytes that were received, so nothing is copied.
package struct Headers: Sendable {
    struct Field: Sendable {
        let name: Range<Int>
        /// The value without the white space around it.
        let value: Range<Int>
    }

    let bytes: [UInt8]
    let fields: [Field]
    /// The marks of all names. Most look-ups are for a field that the request lacks, and end here.
    private let marks: UInt64

    init(bytes: [UInt8], fields: [Field]) {
        (self.bytes, self.fields) = (bytes, fields)
        marks = fields.reduce(0) { $0 | FieldName.mark(count: $1.name.count, first: bytes[$1.name.lowerBound]) }
    }

    /// The value of the first field of the name; `nil` if there is none.
    package subscript(_ name: FieldName) -> ArraySlice<UInt8>? {
        guard marks & name.mark != 0 else { return nil }
        for field in fields where isField(field, name) { return bytes[field.value] }
        return nil
    }

    /// The values of all fields of the name.
    package func all(_ name: FieldName) -> [ArraySlice<UInt8>] {
        guard marks & name.mark != 0 else { return [] }
        var values: [ArraySlice<UInt8>] = []
        for field in fields where isField(field, name) { values.append(bytes[field.value]) }
        return values
    }

    /// The number of fields of the name.
    func count(of name: FieldName) -> Int {
        guard marks & name.mark != 0 else { return 0 }
        var count = 0
        for field in fields where isField(field, name) { count += 1 }
        return count
    }

    private func isField(_ field: Field, _ name: FieldName) -> Bool {
        field.name.count == name.lowercased.utf8.count && bytes[field.name].equalsIgnoringCase(name.lowercased)
    }

    /// The comma-separated elements of all fields of the name, without empty ones (RFC 9110, section 5.6.1).
    package func list(_ name: FieldName) -> FieldElements {
        FieldElements(lines: all(name))
    }

    /// The last elements of the list, at most `countMax`, in reverse order. The bytes before them are not looked at.
    package func lastElements(of name: FieldName, countMax: Int) -> [ArraySlice<UInt8>] {
        var elements: [ArraySlice<UInt8>] = []
        for line in all(name).reversed() {
            var end = line.endIndex
            while elements.count < countMax {
                let comma = line[..<end].lastIndex(of: UInt8(ascii: ","))
                let element = line[(comma.map { $0 + 1 } ?? line.startIndex)..<end].trimmed
                if !element.isEmpty { elements.append(element) }
                guard let comma else { break }
                end = comma
            }
        }
        return elements
    }
}

/// The elements of a list, which are found one by one as the caller asks for them: a head has room for eight thousand,
/// and most callers need the first few.
package struct FieldElements: Sequence, IteratorProtocol {
    private let lines: [ArraySlice<UInt8>]
    private var lineIndex = 0
    /// The position of the line's next element; `nil` if that is the line's first byte.
    private var position: Int?

    fileprivate init(lines: [ArraySlice<UInt8>]) {
        self.lines = lines
    }

    package var isEmpty: Bool {
        var elements = self
        return elements.next() == nil
    }

    package mutating func next() -> ArraySlice<UInt8>? {
        while lineIndex < lines.count {
            let line = lines[lineIndex]
            let start = position ?? line.startIndex
            var end = start
            while end < line.endIndex, line[end] != UInt8(ascii: ",") { end += 1 }
            if end == line.endIndex {
                lineIndex += 1
                position = nil
            } else {
                position = end + 1
            }
            let element = line[start..<end].trimmed
            if !element.isEmpty { return element }
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// These bytes without spaces and tabs at either end (RFC 9110, section 5.6.3).
    package var trimmed: ArraySlice<UInt8> {
        var slice = self
        while let first = slice.first, first == 0x20 || first == 0x09 { slice.removeFirst() }
        while let last = slice.last, last == 0x20 || last == 0x09 { slice.removeLast() }
        return slice
    }
}
