/// Finds the end of a request's head. It looks at each byte once, even if the bytes arrive one by one.
///
/// It refuses a head that no further bytes could make valid: one with a bare CR or LF, with a NUL, or with a line or a
/// length over its limit. The result does not depend on the pieces in which the bytes arrive.
struct HeadScanner: Sendable {
    private let limits: Limits
    /// The number of bytes that were looked at.
    private var scanned = 0
    /// The position at which the current line began.
    private var lineStart = 0
    private var isInRequestLine = true
    /// The bytes of empty lines that were consumed. They count towards the head's limit, or a client could send them
    /// for ever.
    private var consumed = 0

    /// True if no byte of the head was looked at, nor of empty lines before it.
    var isAtStart: Bool { scanned == 0 && consumed == 0 }

    init(limits: Limits) {
        self.limits = limits
    }

    /// The length of the head with its empty line, or `nil` if the empty line has not arrived. Empty lines before the
    /// request line are consumed (RFC 9112, section 2.2).
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
            if !isAfterCR {
                scanned = Self.firstControl(in: bytes, from: input.start + scanned, to: input.start + end) - input.start
                guard scanned < end else { break }
            }
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
                guard !isAfterCR else { throw try fault("A CR is not followed by LF.") }
                guard byte != 0 else { throw try fault("The head has a NUL.") }
                isAfterCR = byte == 0x0D
            }
        }
        try checkLengths()
        return nil
    }

    /// The position of the first byte that may be a NUL, a CR or an LF; `end` if there is none.
    private static func firstControl(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        var position = start
        while position < end, bytes[position] > 0x0D { position += 1 }
        return position
    }

    /// The error for the byte that was looked at last.
    ///
    /// - Throws: the error of a limit, if that byte exceeds one.
    private func fault(_ detail: String) throws(RequestError) -> RequestError {
        try checkLengths()
        return RequestError(.badRequest, detail)
    }

    private func checkLengths() throws(RequestError) {
        // The two bytes of the line end do not count as the line's.
        if isInRequestLine, scanned - lineStart > limits.requestLineBytesMax + 2 {
            throw RequestError(.uriTooLong, "The request line is longer than \(limits.requestLineBytesMax) bytes.")
        }
        if consumed + scanned > limits.headBytesMax {
            throw RequestError(.requestHeaderFieldsTooLarge, "The head is longer than \(limits.headBytesMax) bytes.")
        }
    }
}
