/// Reads one JSON document (RFC 8259) of UTF-8, with a limit on depth; everything outside the grammar is refused, and so
/// are a name that stands twice in an object (RFC 7493, section 2.3) and half a surrogate pair.
package struct JSONParser {
    package static let depthMax = 32

    package struct SyntaxError: Error, Equatable, Sendable {
        /// What was wrong, in words for whoever sent it.
        package let reason: String
        /// Where, in bytes from the start.
        package let offset: Int
    }

    private let bytes: ArraySlice<UInt8>
    private var index: Int

    package static func parse(_ bytes: some Sequence<UInt8>) throws(SyntaxError) -> JSONValue {
        try parse(ArraySlice(bytes))
    }

    package static func parse(_ bytes: ArraySlice<UInt8>) throws(SyntaxError) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw SyntaxError(reason: "not UTF-8", offset: 0)
        }
        var parser = JSONParser(bytes: bytes, index: bytes.startIndex)
        let value = try parser.value(depth: 0)
        parser.skipWhiteSpace()
        guard parser.index == bytes.endIndex else { throw parser.error("something after the document") }
        return value
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

    private mutating func value(depth: Int) throws(SyntaxError) -> JSONValue {
        guard depth < Self.depthMax else { throw error("nested deeper than \(Self.depthMax)") }
        skipWhiteSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case nil: throw error("the document ends early")
        default: return .number(try number())
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(SyntaxError) -> JSONValue {
        for byte in "\(word)".utf8 where !take(byte) { throw error("not a JSON value") }
        return value
    }

    private mutating func object(depth: Int) throws(SyntaxError) -> JSONObject {
        index += 1
        var members: [JSONObject.Member] = []
        var names: Set<String> = []
        skipWhiteSpace()
        if take(UInt8(ascii: "}")) { return JSONObject(members: members) }
        repeat {
            skipWhiteSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a name was expected") }
            let name = try string()
            guard names.insert(name).inserted else { throw error("a name stands twice") }
            skipWhiteSpace()
            guard take(UInt8(ascii: ":")) else { throw error("a colon was expected") }
            members.append(.init(name: name, value: try value(depth: depth + 1)))
            skipWhiteSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw error("a comma or brace was expected") }
        return JSONObject(members: members)
    }

    private mutating func array(depth: Int) throws(SyntaxError) -> [JSONValue] {
        index += 1
        var values: [JSONValue] = []
        skipWhiteSpace()
        if take(UInt8(ascii: "]")) { return values }
        repeat {
            values.append(try value(depth: depth + 1))
            skipWhiteSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw error("a comma or bracket was expected") }
        return values
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
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            guard byte >= 0x20 else { throw error("a control character in a string") }
            index += 1
        }
        if take(UInt8(ascii: "\"")) { return String(decoding: bytes[start..<(index - 1)], as: UTF8.self) }
        return try escapedString(from: start)
    }

    private mutating func escapedString(from start: Int) throws(SyntaxError) -> String {
        var text = Array(bytes[start..<index])
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try text.append(contentsOf: escape())
            case ..<0x20: throw error("a control character in a string")
            default: text.append(byte)
            }
        }
        throw error("the document ends early")
    }

    private mutating func escape() throws(SyntaxError) -> [UInt8] {
        guard let byte = next else { throw error("the document ends early") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(Character(try unicodeEscape())).utf8)
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
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("four hexadecimal digits were expected")
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }
}
