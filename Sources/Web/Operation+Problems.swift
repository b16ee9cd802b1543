import HTTP
import OpenAPI

extension Operation.Response {
    /// The description of a problem that the server sends, with the problem itself as the example.
    ///
    /// - Parameter isShared: true if the response means the same for every operation.
    package static func problem(_ problem: Problem, _ description: String, isShared: Bool = false) -> Self {
        let document = Operation.MediaType(
            Problem.mediaType, .problem, examples: [problem.type.name: problem.exampleText])
        let headers = problem.fields.map { field in
            guard let header = Operation.Header.ofProblems[field.name] else {
                preconditionFailure("a problem's field must have a description: \(field.name)")
            }
            return header
        }
        return Self(problem.type.status, description, headers: headers, content: [document], isShared: isShared)
    }

    /// The responses that any request of these properties may get, besides those of its operation.
    package static func ofAny(
        _ method: Method, needsSession: Bool, needsRank: Bool, hasBody: Bool, isHostChecked: Bool
    ) -> [Self] {
        var responses = ofHTTP
        if needsSession { responses.append(unauthorized) }
        if needsRank {
            responses.append(notAllowed)
        } else if method != .get {
            responses.append(crossSite)
        }
        if hasBody { responses.append(unsupportedMediaType) }
        if isHostChecked { responses.append(misdirected) }
        return responses
    }

    private static let ofHTTP: [Self] = [
        refusal(
            .badRequest, "Host is missing.",
            "The request breaks the grammar of HTTP or JSON, or has a value that its operation does not take."),
        refusal(.requestTimeout, "The request did not come in time.", "The head or the body took too long to arrive."),
        refusal(
            .contentTooLarge, "The body is larger than 8192 bytes.",
            "The body is larger than the operation takes, packed or unpacked."),
        refusal(.uriTooLong, "The request line is longer than 8192 bytes.", "The request line is too long."),
        refusal(
            .expectationFailed, "The expectation is unknown.", "`Expect` asks for something other than `100-continue`."),
        refusal(
            .requestHeaderFieldsTooLarge, "The head is longer than 16384 bytes.",
            "The head, or the trailer of a chunked body, is too long or has too many fields."),
        .problem(
            .failed, "The server failed. Whether anything happened is not known.", isShared: true),
        refusal(.notImplemented, "The method is unknown.", "The method or the transfer coding is unknown."),
        .problem(
            .busy(retryAfterSeconds: 1),
            "The server has too much to do, or can't write at the moment. Nothing happened: ask again.", isShared: true),
        refusal(
            .httpVersionNotSupported, "Only HTTP/1.1 and HTTP/1.0 are supported.",
            "The version is neither HTTP/1.1 nor HTTP/1.0."),
    ]

    private static let unauthorized = problem(
        .signInFirst, "The request presents no session, or one that has ended.",
        isShared: true)

    private static let notAllowed = problem(
        .forbidden,
        "The account's role may not do this, or a page of another site made a browser send the request.",
        isShared: true)

    private static let crossSite = problem(
        CrossSiteCheck.example,
        "A page of another site, which `http.allowed_origins` does not list, made a browser send the request.",
        isShared: true)

    private static let misdirected = problem(
        HostCheck.refusal,
        "`Host` is not a name of this machine, an IP address, or a name that the server's owner allows in `allowed_hosts`.",
        isShared: true)

    private static let unsupportedMediaType = problem(
        Problem(
            .unknownContentCoding, "The content coding is unknown.",
            fields: [HTTP.Response.Field(name: "Accept-Encoding", value: "gzip")]),
        "The body is packed with something other than gzip.", isShared: true)

    private static func refusal(_ status: Status, _ detail: String, _ description: String) -> Self {
        problem(Problem(RequestError(status, detail)), description, isShared: true)
    }
}

extension Problem {
    /// The document as a client gets it, with an invented request id.
    fileprivate var exampleText: String {
        let ids = RequestIDs(prefix: 0x9F3C_51D2_7A40_E8B6)
        let fields = ResponseFields(requestID: ids.id(of: RequestError(.badRequest, "")))
        guard case .bytes(let bytes) = fields.added(to: response).body else {
            preconditionFailure("a problem's body must be bytes")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Operation.Header {
    fileprivate static let ofProblems = Dictionary(
        uniqueKeysWithValues: [retryAfter, authenticate, acceptEncoding].map { ($0.name, $0) })

    package static let retryAfter = Operation.Header(
        "Retry-After", "The seconds to wait before the next attempt.",
        Schema(.integer, "", [.minimum("0")], example: "1"))

    private static let authenticate = Operation.Header(
        "WWW-Authenticate", "How to present a session.", Schema(.string, "", [.oneOf(["Bearer"])]))

    private static let acceptEncoding = Operation.Header(
        "Accept-Encoding", "How a body may be packed.", Schema(.string, "", [.oneOf(["gzip"])]))
}
