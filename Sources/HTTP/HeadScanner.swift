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
        let bytes = input.bytes.span
        let end = min(input.count, limits.headBytesMax + 1)
        var isAfterCR = scanned > 0 && input[scanned - 1] == 0x0D
        while scanned < end {
            let byte = bytes[input.start + scanned]
            scanned += 1
            if byte == 0x0A {
                guard isAfterCR else { throw RequestError(.badRequest, "A line ends without CR.") }
                isAfterCR = false
                try checkLengths()
                let isEmpty = scanned == lineStart + 2
                lineStart = scanned
                if !isEmpty {
                    isInRequestLine = false
                } else if isInRequestLine {
                    emptyLineBytes = scanned
                } else {
                    return scanned
                }
            } else {
                guard !isAfterCR else { throw RequestError(.badRequest, "A CR stands alone.") }
                guard byte != 0 else { throw RequestError(.badRequest, "The head has a NUL.") }
                isAfterCR = byte == 0x0D
            }
        }
        try checkLengths()
        return nil
    }

    private func checkLengths() throws(RequestError) {
        // The two bytes of the line end are not the line's.
        if isInRequestLine, scanned - lineStart > limits.requestLineBytesMax + 2 {
            throw RequestError(.uriTooLong, "The request line is longer than \(limits.requestLineBytesMax) bytes.")
        }
        if scanned > limits.headBytesMax {
            throw RequestError(.requestHeaderFieldsTooLarge, "The head is longer than \(limits.headBytesMax) bytes.")
        }
    }
}
