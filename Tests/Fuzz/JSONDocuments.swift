import Foundation

@testable import JSON

/// The JSON parser. It agrees with Foundation about the value of a document, the value is the same after writing and
/// parsing it, and a document without its last byte is refused. The offset of an error is the position of the fault.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = copy(start, count)
    let outcome = read(bytes[...])
    let buffer = Array("[\"".utf8) + bytes + Array("\"]".utf8)
    require(read(buffer[2..<(buffer.count - 2)]) == outcome, "a document within a buffer is read as it is alone")
    switch outcome {
    case .success(let value): check(value, of: bytes)
    case .failure(let error):
        require((0...bytes.count).contains(error.offset), "a fault lies within the document")
        let cut = read(bytes.prefix(error.offset + 1))
        require(cut == outcome, "a fault depends on nothing behind it")
    }
    return 0
}

private func read(_ bytes: ArraySlice<UInt8>) -> Result<JSONValue, JSONParser.SyntaxError> {
    Result { () throws(JSONParser.SyntaxError) in try JSONParser.parse(bytes) }
}

private func check(_ value: JSONValue, of bytes: [UInt8]) {
    require(String(validating: bytes, as: UTF8.self) != nil, "a document is UTF-8")
    require(depth(of: value) <= JSONParser.depthMax, "a document is no deeper than allowed")
    if value.fitsFoundation {
        let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        require(theirs.map(value.isSame) ?? false, "a document is what Foundation takes it for")
    }
    let written = write(value)
    require(written.count <= 6 * bytes.count, "what is written is about as long as what was read")
    guard case .success(let again) = read(written[...]) else { return require(false, "what is written can be read") }
    require(again == value && write(again) == written, "what is written is what was read")
    var document = bytes
    while let last = document.last, [0x20, 0x09, 0x0A, 0x0D].contains(last) { document.removeLast() }
    if case .number = value { return }
    guard case .failure = read(document.dropLast()) else { return require(false, "what lacks its last byte is none") }
}

private func depth(of value: JSONValue) -> Int {
    switch value {
    case .array(let values): 1 + (values.map(depth).max() ?? 0)
    case .object(let object): 1 + (object.members.map { depth(of: $0.value) }.max() ?? 0)
    case .null, .bool, .number, .string: 0
    }
}

extension JSONValue {
    /// Foundation refuses numbers that are not near any Double, and drops a byte order mark at the beginning of a
    /// string.
    fileprivate var fitsFoundation: Bool {
        switch self {
        case .number(let number): Double(number.literal)?.isFinite ?? false
        case .array(let values): values.allSatisfy(\.fitsFoundation)
        case .object(let object): !object.members.contains { $0.name.hasMark || !$0.value.fitsFoundation }
        case .string(let text): !text.hasMark
        case .null, .bool: true
        }
    }

    /// Numbers are not compared, as only this parser keeps them exactly, nor names that differ in their normal form
    /// only.
    fileprivate func isSame(as theirs: Any) -> Bool {
        switch self {
        case .null: return theirs is NSNull
        case .bool(let value): return theirs as? Bool == value
        case .number: return theirs is NSNumber
        case .string(let text): return (theirs as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
        case .array(let values):
            guard let theirs = theirs as? [Any], theirs.count == values.count else { return false }
            return zip(values, theirs).allSatisfy { $0.isSame(as: $1) }
        case .object(let object):
            guard let theirs = theirs as? [String: Any] else { return false }
            let isAmbiguous = Set(object.members.map(\.name)).count < object.members.count
            return isAmbiguous
                || theirs.count == object.members.count
                    && object.members.allSatisfy { member in theirs[member.name].map(member.value.isSame) ?? false }
        }
    }
}

extension String {
    fileprivate var hasMark: Bool { unicodeScalars.contains("\u{FEFF}") }
}

private func write(_ value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    write(value, to: &writer)
    return writer.bytes
}

private func write(_ value: JSONValue, to writer: inout JSONWriter) {
    switch value {
    case .null: writer.literal("null")
    case .bool(let value): writer.literal(value ? "true" : "false")
    case .number(let number):
        checkScales(of: number)
        writer.literal(number.literal)
    case .string(let text): writer.string(text)
    case .array(let values): writer.array { for value in values { write(value, to: &$0) } }
    case .object(let object):
        writer.object {
            for member in object.members {
                $0.name(escaped(member.name))
                write(member.value, to: &$0)
            }
        }
    }
}

/// A name without characters that need escaping, because the writer does not escape names.
private func escaped(_ name: String) -> String {
    var writer = JSONWriter()
    writer.string(name)
    return String(decoding: writer.bytes.dropFirst().dropLast(), as: UTF8.self)
}

private func checkScales(of number: JSONNumber) {
    let rounded = try? number.scaledRoundingHalfUp(places: 2)
    guard let exact = try? number.scaled(places: 2) else { return }
    require(rounded == exact, "what needs no rounding is not rounded")
}
