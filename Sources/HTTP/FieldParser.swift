/// Parses `field-name ":" OWS field-value OWS` lines (RFC 9112, section 5) of a head or of trailers.
enum FieldParser {
    /// The fields from `start` to the empty line that ends them.
    ///
    /// - Parameters:
    ///   - bytes: complete lines, each with its CRLF, that ``HeadScanner`` or ``ChunkedDecoder`` has checked.
    ///   - countMax: the largest number of fields.
    static func fields(of bytes: [UInt8], from start: Int, countMax: Int) throws(RequestError) -> [Headers.Field] {
        var fields: [Headers.Field] = []
        fields.reserveCapacity(8)
        var position = start
        while bytes[position] != 0x0D {
            guard fields.count < countMax else {
                throw RequestError(.requestHeaderFieldsTooLarge, "The head has more than \(countMax) fields.")
            }
            let end = try field(of: bytes, from: position, into: &fields)
            position = end + 2
        }
        return fields
    }

    /// Parses the line at `start`, and returns the position of its CRLF.
    private static func field(
        of bytes: [UInt8], from start: Int, into fields: inout [Headers.Field]
    ) throws(RequestError) -> Int {
        // White space at the beginning of a line is obsolete line folding; white space before the colon is used for
        // request smuggling. Neither is a token, and so both are refused here.
        var colon = start
        while Grammar.isToken(bytes[colon]) { colon += 1 }
        guard colon > start, bytes[colon] == UInt8(ascii: ":") else {
            throw RequestError(.badRequest, "A field is not a name, a colon and a value.")
        }
        var end = colon + 1
        while Grammar.isFieldValueByte(bytes[end]) { end += 1 }
        guard bytes[end] == 0x0D else { throw RequestError(.badRequest, "A field has a control character.") }
        var first = colon + 1
        while first < end, isWhiteSpace(bytes[first]) { first += 1 }
        var last = end
        while last > first, isWhiteSpace(bytes[last - 1]) { last -= 1 }
        fields.append(Headers.Field(name: start..<colon, value: first..<last))
        return end
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
