/// Parses one JSON document (RFC 8259) in UTF-8. The parser refuses everything outside the grammar, a repeated name in
/// an object (RFC 7493, section 2.3), half a surrogate pair, and deep nesting.
package struct JSONParser {
    /// The largest number of arrays and objects inside one another.
    package static let depthMax = 32

    package struct SyntaxError: Error, Equatable, Sendable {
        /// The reason, in words for the client that sent the document.
        package let reason: String
        /// The position of the error, in bytes from the start.
        package let offset: Int
    }

    private let bytes: ArraySlice<UInt8>
    private var index: Int
    private let valuesMax: Int
    private var valueCount = 0

    package static func parse(_ bytes: some Sequence<UInt8>) throws(SyntaxError) -> JSONValue {
        try parse(ArraySlice(bytes))
    }

    /// - Parameter valuesMax: the largest number of values in the document, including arrays and objects. Each value
    ///   needs memory and time, even if it is written in two bytes.
    package static func parse(_ bytes: ArraySlice<UInt8>, valuesMax: Int = .max) throws(SyntaxError) -> JSONValue {
        var parser = JSONParser(bytes: bytes, index: bytes.startIndex, valuesMax: valuesMax)
        let value = try parser.value(depth: 0)
        parser.skipWhiteSpace()
        guard parser.index == bytes.endIndex else { throw parser.error("something after the document") }
        return value
    }

    private init(bytes: ArraySlice<UInt8>, index: Int, valuesMax: Int) {
        (self.bytes, self.index, self.valuesMax) = (bytes, index, valuesMax)
    }

    private func error(_ reason: String) -> SyntaxError {
        SyntaxError(reason: reason, offset: index - bytes.startIndex)
    }

    private var next: UInt8? {
        index < bytes.endIndex ? bytes[index] : nil
    }

    private mutating func skipWhiteSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            index += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    /// - Parameter depth: the number of arrays and objects around the value.
    private mutating func value(depth: Int) throws(SyntaxError) -> JSONValue {
        skipWhiteSpace()
        valueCount += 1
        guard valueCount <= valuesMax else { throw error("more than \(valuesMax) values") }
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case nil: throw error("the document ends early")
        default: return .number(try number())
        }
    }

    private mutating func literal(_ word: String, _ value: JSONValue) throws(SyntaxError) -> JSONValue {
        for byte in word.utf8 where !take(byte) { throw error("not a JSON value") }
        return value
    }

    private mutating func object(depth: Int) throws(SyntaxError) -> JSONObject {
        try enter(depth: depth)
        var members: [JSONObject.Member] = []
        var names = UniqueNames()
        skipWhiteSpace()
        if take(UInt8(ascii: "}")) { return JSONObject(members: members) }
        repeat {
            skipWhiteSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a name was expected") }
            let name = try string()
            guard names.insert(name, after: members) else { throw error("a name is repeated") }
            skipWhiteSpace()
            guard take(UInt8(ascii: ":")) else { throw error("a colon was expected") }
            members.append(.init(name: name, value: try value(depth: depth)))
            skipWhiteSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw error("a comma or brace was expected") }
        return JSONObject(members: members)
    }

    private mutating func array(depth: Int) throws(SyntaxError) -> [JSONValue] {
        try enter(depth: depth)
        var values: [JSONValue] = []
        skipWhiteSpace()
        if take(UInt8(ascii: "]")) { return values }
        repeat {
            values.append(try value(depth: depth))
            skipWhiteSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw error("a comma or bracket was expected") }
        return values
    }

    /// Skips the bracket or brace that opens an array or object, and checks the depth.
    private mutating func enter(depth: Int) throws(SyntaxError) {
        guard depth <= Self.depthMax else { throw error("nested deeper than \(Self.depthMax)") }
        index += 1
    }
}

/// Finds repeated names in an object. A few names are compared with each other, which is quicker than hashing. More
/// names are hashed, because comparing takes time that grows with the square of their number, which a client chooses.
private struct UniqueNames {
    private static let comparedMax = 8
    private var hashed: Set<[UInt8]> = []

    /// Returns true if no member has this name. Call it for each member of the object in turn.
    mutating func insert(_ name: String, after members: [JSONObject.Member]) -> Bool {
        guard members.count >= Self.comparedMax else {
            return !members.contains { $0.name.utf8.elementsEqual(name.utf8) }
        }
        if hashed.isEmpty { hashed = Set(members.map { Array($0.name.utf8) }) }
        return hashed.insert(Array(name.utf8)).inserted
    }
}

extension JSONParser {
    private mutating func number() throws(SyntaxError) -> JSONNumber {
        let start = index
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return JSONNumber(validated: String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func digits() throws(SyntaxError) {
        let start = index
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { index += 1 }
        guard index > start else { throw error("not a JSON value") }
    }

    private mutating func string() throws(SyntaxError) -> String {
        index += 1
        let start = index
        try skipPlainCharacters()
        if take(UInt8(ascii: "\"")) { return try text(bytes[start..<(index - 1)]) }
        return try escapedString(from: start)
    }

    /// Skips the characters of a string up to its end or an escape.
    private mutating func skipPlainCharacters() throws(SyntaxError) {
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            guard byte >= 0x20 else { throw error("a control character in a string") }
            index += 1
        }
    }

    /// Parses the rest of a string that began at `start`. The next character begins the first escape.
    private mutating func escapedString(from start: Int) throws(SyntaxError) -> String {
        var unescaped = bytes[start..<index]
        while true {
            if take(UInt8(ascii: "\"")) { return try text(unescaped) }
            guard take(UInt8(ascii: "\\")) else { throw error("the document ends early") }
            try escape(into: &unescaped)
            let plain = index
            try skipPlainCharacters()
            unescaped.append(contentsOf: bytes[plain..<index])
        }
    }

    /// Checks that a string is UTF-8. Outside of strings the grammar allows ASCII only, so the document is UTF-8 if its
    /// strings are. An escape can't complete a broken character before it, because the bytes of an escape begin a
    /// character.
    private func text(_ bytes: ArraySlice<UInt8>) throws(SyntaxError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw error("not UTF-8") }
        return text
    }

    private mutating func escape(into text: inout ArraySlice<UInt8>) throws(SyntaxError) {
        guard let byte = next else { throw error("the document ends early") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: UTF8.encode(try unicodeEscape())!)
        default: throw error("an unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(SyntaxError) -> Unicode.Scalar {
        let first = try hexadecimalUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw error("half a surrogate pair")
        }
        let second = try hexadecimalUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw error("half a surrogate pair") }
        return scalar
    }

    private mutating func hexadecimalUnit() throws(SyntaxError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Hexadecimal.value(of: byte) else {
                throw error("four hexadecimal digits were expected")
            }
            unit = unit << 4 | digit
            index += 1
        }
        return unit
    }
}
