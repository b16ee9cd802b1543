/// Decodes a chunked body (RFC 9112, section 7.1) from bytes that arrive in any pieces. Extensions and trailers are
/// checked against the grammar and their limits, and dropped.
struct ChunkedDecoder: Sendable {
    private enum State: Sendable {
        /// The line with a chunk's size and extensions is arriving. The value is the part of it that has arrived.
        case line([UInt8])
        case data(remaining: Int)
        /// The data of a chunk have ended. The value is the number of bytes of the CRLF that have arrived.
        case dataEnd(Int)
        /// The trailers are arriving, with the empty line at their end. The value is the bytes that have arrived.
        case trailers([UInt8])
    }

    private let limits: Limits
    private var state = State.line([])
    private var extensionBytes = 0

    init(limits: Limits) {
        self.limits = limits
    }

    /// Consumes `input` and appends the decoded bytes to `body`. Returns true once the body is complete.
    ///
    /// - Throws: a `RequestError` if the body is malformed or exceeds a limit.
    mutating func decode(_ input: inout InputBuffer, into body: inout [UInt8]) throws(RequestError) -> Bool {
        while !input.isEmpty {
            switch state {
            case .line(var line):
                state = .dataEnd(0)
                guard try Self.takeLine(&input, &line, limits) else {
                    state = .line(line)
                    continue
                }
                try beginChunk(line, bodyBytes: body.count)
            case .data(let remaining):
                let count = min(remaining, input.count)
                body.append(contentsOf: input.slice(0..<count))
                input.consume(count)
                state = count == remaining ? .dataEnd(0) : .data(remaining: remaining - count)
            case .dataEnd(let seen):
                guard input[0] == (seen == 0 ? 0x0D : 0x0A) else {
                    throw RequestError(.badRequest, "A chunk is longer than its size.")
                }
                input.consume(1)
                state = seen == 0 ? .dataEnd(1) : .line([])
            case .trailers(var trailers):
                state = .dataEnd(0)
                if try takeTrailers(&input, &trailers) { return true }
                state = .trailers(trailers)
            }
        }
        return false
    }

    /// Appends the bytes before a CRLF to `line`, and consumes the CRLF too. Returns true once the CRLF has arrived.
    private static func takeLine(
        _ input: inout InputBuffer, _ line: inout [UInt8], _ limits: Limits
    ) throws(RequestError) -> Bool {
        while !input.isEmpty {
            let byte = input[0]
            input.consume(1)
            if line.last == 0x0D {
                guard byte == 0x0A else {
                    throw RequestError(.badRequest, "A CR in a chunk's line is not followed by LF.")
                }
                line.removeLast()
                return true
            }
            guard Grammar.isFieldValueByte(byte) || byte == 0x0D else {
                throw RequestError(.badRequest, "A chunk's line has a control character.")
            }
            line.append(byte)
            guard line.count <= limits.chunkLineBytesMax + 1 else {
                throw RequestError(.badRequest, "A chunk's line is longer than \(limits.chunkLineBytesMax) bytes.")
            }
        }
        return false
    }

    private mutating func beginChunk(_ line: [UInt8], bodyBytes: Int) throws(RequestError) {
        let digits = line.prefix(while: \.isHexadecimalDigit)
        guard !digits.isEmpty else { throw RequestError(.badRequest, "A chunk has no size.") }
        extensionBytes += line.count - digits.count
        guard extensionBytes <= limits.chunkExtensionsBytesMax else {
            throw RequestError(.badRequest, "The chunk extensions are too long.")
        }
        guard ChunkExtensions.areValid(line[digits.endIndex...]) else {
            throw RequestError(.badRequest, "A chunk's extensions are malformed.")
        }
        guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16),
            size <= limits.bodyBytesMax - bodyBytes
        else { throw RequestError(.contentTooLarge, "The body is larger than \(limits.bodyBytesMax) bytes.") }
        state = size == 0 ? .trailers([]) : .data(remaining: size)
    }

    private func takeTrailers(_ input: inout InputBuffer, _ trailers: inout [UInt8]) throws(RequestError) -> Bool {
        while !input.isEmpty {
            let byte = input[0]
            input.consume(1)
            if trailers.last == 0x0D, byte != 0x0A {
                throw RequestError(.badRequest, "A CR in the trailers is not followed by LF.")
            }
            if byte == 0x0A, trailers.last != 0x0D {
                throw RequestError(.badRequest, "A line of the trailers ends without CR.")
            }
            trailers.append(byte)
            guard trailers.count <= limits.trailersBytesMax else {
                throw RequestError(.requestHeaderFieldsTooLarge, "The trailers are too long.")
            }
            if byte == 0x0A, trailers.count == 2 || trailers.suffix(4).elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) {
                _ = try FieldParser.fields(of: trailers, from: 0, countMax: limits.headFieldsMax)
                return true
            }
        }
        return false
    }
}

/// `*( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )` (RFC 9112, section 7.1.1).
enum ChunkExtensions {
    static func areValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            skipWhiteSpace(&rest)
            guard rest.popFirst() == UInt8(ascii: ";") else { return false }
            skipWhiteSpace(&rest)
            guard takeToken(&rest) else { return false }
            let afterName = rest
            skipWhiteSpace(&rest)
            guard rest.first == UInt8(ascii: "=") else {
                rest = afterName
                continue
            }
            rest.removeFirst()
            skipWhiteSpace(&rest)
            guard rest.first == UInt8(ascii: "\"") ? takeQuotedString(&rest) : takeToken(&rest) else { return false }
        }
        return true
    }

    private static func skipWhiteSpace(_ rest: inout ArraySlice<UInt8>) {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    }

    private static func takeToken(_ rest: inout ArraySlice<UInt8>) -> Bool {
        let token = rest.prefix(while: Grammar.isToken)
        rest = rest[token.endIndex...]
        return !token.isEmpty
    }

    private static func takeQuotedString(_ rest: inout ArraySlice<UInt8>) -> Bool {
        rest.removeFirst()
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return true }
            if byte == UInt8(ascii: "\\"), rest.popFirst() == nil { return false }
        }
        return false
    }
}
