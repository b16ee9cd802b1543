/// Finds the end of a head, looking at each byte once however slowly they come, and refuses what no further byte could
/// mend: a bare CR or LF, a NUL, a line or head that is too long.
struct HeadScanner: Sendable {
    private let limits: Limits
    /// How many bytes were looked at.
    private var scanned = 0
    /// Where the current line began.
    private var lineStart = 0
    private var isInRequestLine = true

    init(limits: Limits) {
        self.limits = limits
    }

    /// The head's length with its empty line, once that has come. Empty lines before the request line are consumed
    /// (RFC 9112, section 2.2).
    mutating func scan(_ input: inout InputBuffer) throws(RequestError) -> Int? {
        var emptyLines = 0
        let length = try scan(input, emptyLineBytes: &emptyLines)
        if emptyLines > 0 {
            input.consume(emptyLines)
            scanned -= emptyLines
            lineStart -= emptyLines
            return length.map { $0 - emptyLines }
        }
        return length
    }

    private mutating func scan(
        _ input: InputBuffer, emptyLineBytes: inout Int
    ) throws(RequestError) -> Int? {
        while scanned < input.count {
            let byte = input[scanned]
            scanned += 1
            try checkLength(emptyLineBytes: emptyLineBytes)
            if byte == 0x0A {
                guard scanned >= lineStart + 2, input[scanned - 2] == 0x0D else {
                    throw RequestError(.badRequest, "A line ends without CR.")
                }
                let isEmpty = scanned == lineStart + 2
                lineStart = scanned
                if !isEmpty {
                    isInRequestLine = false
                } else if isInRequestLine {
                    emptyLineBytes = scanned
                } else {
                    return scanned
                }
            } else if scanned >= lineStart + 2, input[scanned - 2] == 0x0D {
                throw RequestError(.badRequest, "A CR stands alone.")
            } else if byte == 0 {
                throw RequestError(.badRequest, "The head has a NUL.")
            }
        }
        return nil
    }

    private func checkLength(emptyLineBytes: Int) throws(RequestError) {
        // The two bytes of the line end are not the line's.
        if isInRequestLine, scanned - lineStart > limits.requestLineBytesMax + 2 {
            throw RequestError(.uriTooLong, "The request line is longer than \(limits.requestLineBytesMax) bytes.")
        }
        if scanned > limits.headBytesMax {
            throw RequestError(.requestHeaderFieldsTooLarge, "The head is longer than \(limits.headBytesMax) bytes.")
        }
    }
}
