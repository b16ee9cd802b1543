/// Parses the requests of one connection, whose bytes may arrive in any pieces.
///
/// Call ``parse(_:bodyBytesMax:)`` after each arrival, and again as long as it returns a request. It consumes the bytes
/// that it can use and leaves the others. Don't call it after it has thrown: the beginning of the next request is then
/// unknown.
package struct RequestParser: Sendable {
    /// The result of parsing the bytes that have arrived.
    package enum ParseResult: Sendable {
        /// More bytes are needed.
        case needsInput
        /// More bytes are needed, and the client sends them only after a 100 (RFC 9110, section 10.1.1). This is
        /// returned at most once for a request.
        case needsContinue
        case request(Request)
    }

    private enum State: Sendable {
        case head
        case body(Request, remaining: Int)
        case chunkedBody(Request, ChunkedDecoder)
    }

    private let limits: Limits
    private var state = State.head
    private var scanner: HeadScanner
    /// The last request without a body. A client that keeps a connection often repeats a request byte for byte; the
    /// same bytes are the same request and need no parsing.
    private var lastRequest: Request?
    /// The longest head that is kept as ``lastRequest``, because each idle connection keeps one.
    private static let keptHeadBytesMax = 1024

    package init(limits: Limits) {
        self.limits = limits
        scanner = HeadScanner(limits: limits)
    }

    /// True if a head was parsed whose body is incomplete. It is stored beside the state, because a computed property
    /// would copy the whole parser for a caller in another module.
    package private(set) var isInsideBody = false
    /// The fields of the request whose body is incomplete.
    package private(set) var headers: Headers?
    /// The number of bytes of an incomplete body that the parser holds.
    package private(set) var bodyBytes = 0

    /// Parses up to the end of one request.
    ///
    /// - Parameters:
    ///   - input: the unread bytes of the connection.
    ///   - bodyBytesMax: the largest body that a request with this head may have. The smaller of this limit and
    ///     ``Limits/bodyBytesMax`` counts. It is called once for a head that announces a body.
    /// - Throws: the reason why the request can't be read, with the status of the response.
    package mutating func parse(
        _ input: inout InputBuffer, bodyBytesMax: (_ head: Request) -> Int = { _ in .max }
    ) throws(RequestError) -> ParseResult {
        if case .head = state {
            if let lastRequest, scanner.isAtStart, input.starts(with: lastRequest.headers.bytes) {
                input.consume(lastRequest.headers.bytes.count)
                return .request(lastRequest)
            }
            guard let length = try scanner.scan(&input) else { return .needsInput }
            let head = try RequestHead(parsing: input.slice(0..<length), limits: limits)
            input.consume(length)
            scanner = HeadScanner(limits: limits)
            switch head.framing {
            case .none:
                lastRequest = length <= Self.keptHeadBytesMax ? head.request : nil
                return .request(head.request)
            case .length(let count):
                try Self.check(count, isAtMost: bodyBytesMax(head.request), head.request)
                state = .body(head.request, remaining: count)
            case .chunked:
                var limits = limits
                limits.bodyBytesMax = min(limits.bodyBytesMax, bodyBytesMax(head.request))
                state = .chunkedBody(head.request, ChunkedDecoder(limits: limits))
            }
            isInsideBody = true
            headers = head.request.headers
            if head.expectsContinue, input.isEmpty { return .needsContinue }
        }
        return try parseBody(&input)
    }

    /// Refuses a body by its announced length, before its bytes are read.
    private static func check(_ count: Int, isAtMost limit: Int, _ head: Request) throws(RequestError) {
        guard count > limit else { return }
        throw RequestError(.contentTooLarge, "The body is larger than \(limit) bytes.").of(head.headers)
    }

    private mutating func parseBody(_ input: inout InputBuffer) throws(RequestError) -> ParseResult {
        switch state {
        case .head:
            preconditionFailure("the state must be that of a body")
        case .body(var request, let remaining):
            // The state must not hold a second reference to the body, or each append would copy it.
            state = .head
            let count = min(remaining, input.count)
            request.body.append(contentsOf: input.slice(0..<count))
            input.consume(count)
            return count == remaining
                ? ended(request) : goesOn(.body(request, remaining: remaining - count), bodyBytes: request.body.count)
        case .chunkedBody(var request, var decoder):
            state = .head
            return try decoder.decode(&input, into: &request.body)
                ? ended(request) : goesOn(.chunkedBody(request, decoder), bodyBytes: request.body.count)
        }
    }

    private mutating func ended(_ request: Request) -> ParseResult {
        isInsideBody = false
        headers = nil
        bodyBytes = 0
        return .request(request)
    }

    private mutating func goesOn(_ state: State, bodyBytes: Int) -> ParseResult {
        self.state = state
        self.bodyBytes = bodyBytes
        return .needsInput
    }
}
