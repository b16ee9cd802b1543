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

    package init(limits: Limits) {
        self.limits = limits
        scanner = HeadScanner(limits: limits)
    }

    /// Whether a request's first byte has come and its last has not.
    package func isInsideRequest(with input: InputBuffer) -> Bool {
        if case .head = state { return !input.isEmpty }
        return true
    }

    /// Whether a head was read whose body is still missing.
    package var isInsideBody: Bool {
        if case .head = state { return false }
        return true
    }

    /// What is held of a body that is still coming.
    package var bodyBytes: Int {
        switch state {
        case .head: 0
        case .body(let request, _), .chunkedBody(let request, _): request.body.count
        }
    }

    /// Takes the next step; throws the answer to a request that can't be read.
    package mutating func parse(_ input: inout InputBuffer) throws(RequestError) -> Outcome {
        if case .head = state {
            guard let length = try scanner.scan(&input) else { return .needsInput }
            let head = try RequestHead(parsing: input.slice(0..<length), limits: limits)
            input.consume(length)
            scanner = HeadScanner(limits: limits)
            switch head.framing {
            case .none: return .request(head.request)
            case .length(let count): state = .body(head.request, remaining: count)
            case .chunked: state = .chunkedBody(head.request, ChunkedDecoder(limits: limits))
            }
            if head.expectsContinue, input.isEmpty { return .needsContinue }
        }
        return try parseBody(&input)
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
            if count == remaining { return .request(request) }
            state = .body(request, remaining: remaining - count)
            return .needsInput
        case .chunkedBody(var request, var decoder):
            state = .head
            if try decoder.decode(&input, into: &request.body) { return .request(request) }
            state = .chunkedBody(request, decoder)
            return .needsInput
        }
    }
}
