/// A member's name with its quotes and colon, made once for documents that are written often.
package struct JSONName: Sendable {
    fileprivate let bytes: [UInt8]

    /// - Parameter name: a text that needs no escaping.
    package init(_ name: String) {
        bytes = Array("\"\(name)\":".utf8)
    }
}

/// Writes JSON without white space. The caller has to follow the grammar; the writer adds commas and escapes strings.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    /// True if the next name or value needs a comma before it.
    private var needsComma = false

    package init(reserving capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        members(&self)
        close(UInt8(ascii: "}"))
    }

    package mutating func array(_ values: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        values(&self)
        close(UInt8(ascii: "]"))
    }

    package mutating func name(_ name: JSONName) {
        separate()
        bytes.append(contentsOf: name.bytes)
        needsComma = false
    }

    /// Writes a member's name.
    ///
    /// - Parameter name: a text that needs no escaping.
    package mutating func name(_ name: String) {
        self.name(JSONName(name))
    }

    /// Writes a string that needs no escaping, such as digits.
    package mutating func plain(_ text: String) {
        separate()
        let text = text.utf8.span
        bytes.append(addingCapacity: text.count + 2) { output in
            output.append(UInt8(ascii: "\""))
            for index in text.indices { output.append(text[index]) }
            output.append(UInt8(ascii: "\""))
        }
    }

    /// Writes a string whose bytes `append` appends. None of the bytes may need escaping.
    package mutating func quoted(_ append: (inout [UInt8]) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        append(&bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a number of hundredths as the shortest decimal: `500`, `500.5`, `729.98`.
    package mutating func number(hundredths value: Int64) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        append(digitsOf: value.magnitude / 100)
        let fraction = UInt8(value.magnitude % 100)
        guard fraction > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        bytes.append(UInt8(ascii: "0") + fraction / 10)
        if fraction % 10 > 0 { bytes.append(UInt8(ascii: "0") + fraction % 10) }
    }

    private mutating func append(digitsOf value: UInt64) {
        if value >= 10 { append(digitsOf: value / 10) }
        bytes.append(UInt8(ascii: "0") + UInt8(value % 10))
    }

    package mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.needsEscaping) {
            for byte in text.utf8 { appendEscaped(byte) }
        } else {
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a text that is JSON already, such as a number.
    package mutating func literal(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    /// Returns true if a string may not contain `byte` without an escape (RFC 8259, section 7).
    private static func needsEscaping(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        guard Self.needsEscaping(byte) else { return bytes.append(byte) }
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case ..<0x20:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(Hexadecimal.digits[Int(byte >> 4)])
            bytes.append(Hexadecimal.digits[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }
}

extension JSONWriter {
    /// Writes a value with all its elements and members.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: literal("null")
        case .bool(let value): literal(value ? "true" : "false")
        case .number(let number): literal(number.literal)
        case .string(let text): string(text)
        case .array(let values): array { writer in for value in values { writer.value(value) } }
        case .object(let members):
            object { writer in
                for member in members.members {
                    writer.nameEscaped(member.name)
                    writer.value(member.value)
                }
            }
        }
    }

    private mutating func nameEscaped(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }
}
