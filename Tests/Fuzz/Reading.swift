@testable import HTTP

/// The result of parsing a connection's bytes. The limits are checked on the way.
struct Reading {
    private(set) var requests: [Request] = []
    private(set) var refusal: RequestError?
    /// True if the last byte was the last of a request.
    private(set) var endsWithRequest = false
    private var hasContinued = false

    private let limits: Limits
    private var parser: RequestParser
    private var input = InputBuffer()

    /// Feeds the pieces to a parser as a connection does: the parser uses each piece as far as possible before the next
    /// one, and gets no more after an error.
    init(_ pieces: [ArraySlice<UInt8>], limits: Limits) {
        self.limits = limits
        parser = RequestParser(limits: limits)
        for piece in pieces where refusal == nil {
            endsWithRequest = false
            input.append(piece)
            do throws(RequestError) {
                while try step() {}
            } catch {
                refusal = error
            }
        }
    }

    init(_ bytes: [UInt8], limits: Limits) {
        self.init([bytes[...]], limits: limits)
    }

    /// True if the bytes end inside a request.
    var isUnfinished: Bool { refusal == nil && (parser.isInsideBody || !input.isEmpty) }

    /// Takes a step. Returns false if the parser needs more input.
    private mutating func step() throws(RequestError) -> Bool {
        let outcome = try parser.parse(&input)
        require(parser.bodyBytes <= limits.bodyBytesMax, "what is held of a body is within the limit")
        require(input.start < Self.readBytesMax, "read bytes are not kept for ever")
        switch outcome {
        case .needsInput:
            require(input.count <= (parser.isInsideBody ? 0 : limits.headBytesMax), "what can be used is used")
            return false
        case .needsContinue:
            require(input.isEmpty && parser.isInsideBody, "a client is told to go on where it waits")
            require(!hasContinued, "a client is told once")
            hasContinued = true
        case .request(let request):
            require(!parser.isInsideBody && parser.bodyBytes == 0, "a request ends where its body does")
            require(request.body.count <= limits.bodyBytesMax, "a body is within its limit")
            require(request.headers.bytes.count <= limits.headBytesMax, "a head is within its limit")
            require(request.headers.fields.count <= limits.headFieldsMax, "there are no more fields than allowed")
            requests.append(request)
            hasContinued = false
            endsWithRequest = input.isEmpty
        }
        return true
    }

    private static let readBytesMax = 16 * 1024
}

extension Reading {
    /// Returns true if a connection would do the same for the bytes of both readings.
    func isSame(as other: Reading) -> Bool {
        let isSameEnd =
            refusal != nil
            || (parser.isInsideBody == other.parser.isInsideBody && parser.bodyBytes == other.parser.bodyBytes
                && input.count == other.input.count)
        return refusal == other.refusal && isSameEnd && requests.elementsEqual(other.requests) { $0.isSame(as: $1) }
    }
}

extension Request {
    func isSame(as other: Request) -> Bool {
        method == other.method && target == other.target && path == other.path && host == other.host
            && isHTTP11 == other.isHTTP11 && keepsAlive == other.keepsAlive && body == other.body
            && headers.bytes == other.headers.bytes && headers.fields.map(\.name) == other.headers.fields.map(\.name)
            && headers.fields.map(\.value) == other.headers.fields.map(\.value)
            && cookies("session", countMax: 8) == other.cookies("session", countMax: 8)
    }
}
