import HTTP

/// The parts of a target that routes read, without percent-encoding (RFC 3986, section 2.1).
extension Request {
    /// The segment of the path at a position, the first being 0; `nil` if there is none, or if it is not UTF-8.
    package func segment(_ position: Int) -> String? {
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        guard segments.count > position else { return nil }
        return String(validating: Self.decoded(segments[segments.startIndex + position]), as: UTF8.self)
    }

    /// The value of the first parameter of the name in the query; `nil` if there is none, or if it is not UTF-8. As
    /// forms are written, `+` is a space (WHATWG URL, section 5.1).
    package func parameter(_ name: String) -> String? {
        for (found, value) in parameters where found.equals(name) {
            let spaced = value.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
            return String(validating: Self.decoded(spaced[...]), as: UTF8.self)
        }
        return nil
    }

    /// The names and values in the query, as they were sent.
    package var parameters: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] {
        let query = target.drop { $0 != UInt8(ascii: "?") }.dropFirst()
        return query.split(separator: UInt8(ascii: "&")).map { parameter in
            let name = parameter.prefix { $0 != UInt8(ascii: "=") }
            return (name, parameter[name.endIndex...].dropFirst())
        }
    }

    /// The bytes that a text stands for. The parser refuses a target with half an encoding.
    static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var rest = text
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
