/// Reads requests from the bytes of one connection, however they were torn on the way.
///
/// Give it the unread bytes after each arrival: it takes what it can use, and leaves the rest in place. After an error it
/// is not asked again: where the next request begins is then unknown.
package struct RequestParser: Sendable {
    package enum Outcome: Sendable {
        /// More bytes are needed.
        case needsInput
        /// More bytes are needed, and the client waits to be told to send them (RFC 9110, section 10.1.1); said once.
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
    /// The last request without a body. Clients that keep a connection repeat themselves to the letter, and the same bytes
    /// are the same request.
    private var lastRequest: Request?
    /// A longer head is not kept, as each idle connection has one.
    private static let keptHeadBytesMax = 1024

    package init(limits: Limits) {
        self.limits = limits
        scanner = HeadScanner(limits: limits)
    }

    /// Whether a head was read whose body is still missing. Kept beside the state: a computed property would copy it all for
    /// a caller in another module.
    package private(set) var isInsideBody = false
    /// Those of the request whose body is still missing.
    package private(set) var headers: Headers?
    /// What is held of a body that is still coming.
    package private(set) var bodyBytes = 0

    /// Takes the next step; throws the answer to a request that can't be read.
    ///
    /// - Parameter bodyBytesMax: the largest body that a request with this head may have. The smaller of this limit and
    ///   ``Limits/bodyBytesMax`` holds. It is called once for a head that announces a body.
    package mutating func parse(
        _ input: inout InputBuffer, bodyBytesMax: (_ head: Request) -> Int = { _ in .max }
    ) throws(RequestError) -> Outcome {
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

    /// Refuses a body by its announced length, before any of it is read.
    private static func check(_ count: Int, isAtMost limit: Int, _ head: Request) throws(RequestError) {
        guard count > limit else { return }
        throw RequestError(.contentTooLarge, "The body is larger than \(limit) bytes.").of(head.headers)
    }

    private mutating func parseBody(_ input: inout InputBuffer) throws(RequestError) -> Outcome {
        switch state {
        case .head:
            preconditionFailure("a body follows a head")
        case .body(var request, let remaining):
            // The state must not hold a second reference to the body, or appending to it would copy it each time.
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

    private mutating func ended(_ request: Request) -> Outcome {
        isInsideBody = false
        headers = nil
        bodyBytes = 0
        return .request(request)
    }

    private mutating func goesOn(_ state: State, bodyBytes: Int) -> Outcome {
        self.state = state
        self.bodyBytes = bodyBytes
        return .needsInput
    }
}
