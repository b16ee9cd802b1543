/// A request line and its fields (RFC 9112, sections 3 to 6). The parser is strict: it refuses a head that the grammar
/// does not allow, and repairs nothing.
struct RequestHead {
    /// The way in which the end of the body is found.
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    let request: Request
    let framing: Framing
    /// True if the client waits for a 100 before it sends the body.
    let expectsContinue: Bool

    /// Parses a head.
    ///
    /// - Parameter head: the bytes that ``HeadScanner`` found: lines that end in CRLF, of which the last is empty.
    init(parsing head: ArraySlice<UInt8>, limits: Limits) throws(RequestError) {
        let bytes = Array(head)
        let lineEnd = bytes.firstIndex(of: 0x0D)!
        let line: RequestLine
        let headers: Headers
        do throws(RequestError) {
            line = try RequestLine(parsing: bytes[..<lineEnd])
            let fields = try FieldParser.fields(of: bytes, from: lineEnd + 2, countMax: limits.headFieldsMax)
            headers = Headers(bytes: bytes, fields: fields)
        } catch {
            // No field is known, but the method may be.
            throw error.of(Headers(bytes: bytes, fields: []))
        }
        do throws(RequestError) {
            try Self.checkHost(headers, line)
            framing = try Self.framing(headers, line, limits)
            expectsContinue = try Self.expectsContinue(headers, line)
        } catch {
            throw error.of(headers)
        }
        request = Request(
            method: line.method, target: line.target, host: line.authority ?? headers[.host], isHTTP11: line.isHTTP11,
            headers: headers, keepsAlive: Self.keepsAlive(headers, line))
    }

    /// Checks that there is exactly one well-formed Host (RFC 9112, section 3.2). In HTTP/1.0 it may be missing.
    private static func checkHost(_ headers: Headers, _ line: RequestLine) throws(RequestError) {
        guard headers.count(of: .host) <= 1 else { throw RequestError(.badRequest, "Host is repeated.") }
        guard let host = headers[.host] else {
            guard !line.isHTTP11 else { throw RequestError(.badRequest, "Host is missing.") }
            return
        }
        guard Authority.isValid(host) else { throw RequestError(.badRequest, "Host is malformed.") }
    }

    /// The framing of the body (RFC 9112, section 6.3).
    private static func framing(
        _ headers: Headers, _ line: RequestLine, _ limits: Limits
    ) throws(RequestError) -> Framing {
        let codings = headers.all(.transferEncoding)
        let lengths = headers.all(.contentLength)
        guard codings.isEmpty else {
            guard lengths.isEmpty else {
                throw RequestError(.badRequest, "The request has both Content-Length and Transfer-Encoding.")
            }
            guard line.isHTTP11 else { throw RequestError(.badRequest, "HTTP/1.0 has no Transfer-Encoding.") }
            let names = Array(headers.list(.transferEncoding))
            guard names.dropLast().allSatisfy({ !$0.equalsIgnoringCase("chunked") }) else {
                throw RequestError(.badRequest, "Chunked is not the last transfer coding.")
            }
            guard names.allSatisfy({ $0.equalsIgnoringCase("chunked") }) else {
                throw RequestError(.notImplemented, "The transfer coding is unknown.")
            }
            guard names.count == 1, codings.count == 1, codings[0].count == names[0].count else {
                throw RequestError(.badRequest, "Transfer-Encoding is not exactly one chunked.")
            }
            return .chunked
        }
        guard let length = lengths.first else { return .none }
        guard lengths.count == 1 else { throw RequestError(.badRequest, "Content-Length is repeated.") }
        guard !length.isEmpty, length.allSatisfy(\.isDigit) else {
            throw RequestError(.badRequest, "Content-Length is not a number.")
        }
        // Digits that do not fit an Int are a valid length, which is too large.
        guard let count = Int(String(decoding: length, as: UTF8.self)), count <= limits.bodyBytesMax else {
            throw RequestError(.contentTooLarge, "The body is larger than \(limits.bodyBytesMax) bytes.")
        }
        return count == 0 ? .none : .length(count)
    }

    /// Returns true if the client expects a 100 (RFC 9110, section 10.1.1). The expectations of an HTTP/1.0 client are
    /// ignored.
    private static func expectsContinue(_ headers: Headers, _ line: RequestLine) throws(RequestError) -> Bool {
        guard line.isHTTP11 else { return false }
        let expectations = headers.list(.expect)
        guard expectations.allSatisfy({ $0.equalsIgnoringCase("100-continue") }) else {
            throw RequestError(.expectationFailed, "The expectation is unknown.")
        }
        return !expectations.isEmpty
    }

    /// The number of connection options that are read. Clients send two at most, and a head has room for eight
    /// thousand.
    private static let connectionOptionsMax = 32

    /// Returns true if the connection persists after the response (RFC 9112, section 9.3).
    private static func keepsAlive(_ headers: Headers, _ line: RequestLine) -> Bool {
        let options = headers.list(.connection).prefix(connectionOptionsMax)
        if options.contains(where: { $0.equalsIgnoringCase("close") }) { return false }
        return line.isHTTP11 || options.contains { $0.equalsIgnoringCase("keep-alive") }
    }
}
