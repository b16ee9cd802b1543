/// Finds the end of a head, looking at each byte once however slowly they come, and refuses what no further byte could
/// mend: a bare CR or LF, a NUL, a line or head that is too long. What it finds does not depend on how the bytes were torn.
struct HeadScanner: Sendable {
    private let limits: Limits
    /// How many bytes were looked at.
    private var scanned = 0
    /// Where the current line began.
    private var lineStart = 0
    private var isInRequestLine = true
    /// Bytes of empty lines that were consumed; they count towards the head's, or they could go on for ever.
    private var consumed = 0

    /// Whether no byte of the head, or of empty lines before it, was looked at.
    var isAtStart: Bool { scanned == 0 && consumed == 0 }

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
            consumed += emptyLines
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
        let end = min(input.count, limits.headBytesMax - consumed + 1)
        var isAfterCR = scanned > 0 && input[scanned - 1] == 0x0D
        while scanned < end {
            let byte = bytes[input.start + scanned]
            scanned += 1
            if byte == 0x0A {
                guard isAfterCR else { throw try fault("A line ends without CR.") }
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
                guard !isAfterCR else { throw try fault("A CR stands alone.") }
                guard byte != 0 else { throw try fault("The head has a NUL.") }
                isAfterCR = byte == 0x0D
            }
        }
        try checkLengths()
        return nil
    }

    /// What is wrong with the byte just looked at; throws where it already lies behind a limit.
    private func fault(_ detail: String) throws(RequestError) -> RequestError {
        try checkLengths()
        return RequestError(.badRequest, detail)
    }

    private func checkLengths() throws(RequestError) {
        // The two bytes of the line end are not the line's.
        if isInRequestLine, scanned - lineStart > limits.requestLineBytesMax + 2 {
            throw RequestError(.uriTooLong, "The request line is longer than \(limits.requestLineBytesMax) bytes.")
        }
        if consumed + scanned > limits.headBytesMax {
            throw RequestError(.requestHeaderFieldsTooLarge, "The head is longer than \(limits.headBytesMax) bytes.")
        }
    }
}
