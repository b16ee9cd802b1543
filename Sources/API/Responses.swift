import HTTP
import Loyalty
import OpenAPI

extension Operation.Response {
    /// A problem document, and the fields that go with it: the description shows what the server says.
    static func problem(_ problem: Problem, _ description: String, isShared: Bool = false) -> Self {
        let document = Operation.MediaType(
            Problem.mediaType, .problem, examples: [problem.type.name: problem.exampleText])
        let headers = problem.fields.map { field in
            guard let header = Operation.Header.ofProblems[field.name] else {
                preconditionFailure("\(field.name) is described")
            }
            return header
        }
        return Self(problem.type.status, description, headers: headers, content: [document], isShared: isShared)
    }

    static func problem(_ error: LoyaltyError, _ description: String) -> Self {
        problem(Problem(error), description)
    }

    /// What can come of a request by the method, besides what its operation says.
    static func ofAny(_ method: Method, needsSession: Bool, hasBody: Bool, isHostChecked: Bool) -> [Self] {
        var responses = ofHTTP
        if needsSession { responses.append(unauthorized) }
        if method != .get { responses.append(forbidden) }
        if hasBody { responses.append(unsupportedMediaType) }
        if isHostChecked { responses.append(misdirected) }
        return responses
    }

    private static let ofHTTP: [Self] = [
        refusal(
            .badRequest, "Host is missing.",
            "The request breaks the grammar of HTTP or JSON, or holds something that its operation does not take."),
        refusal(.requestTimeout, "The request did not come in time.", "The head or the body took too long to arrive."),
        refusal(
            .contentTooLarge, "The body is larger than 8192 bytes.",
            "The body is larger than the operation takes, packed or unpacked."),
        refusal(.uriTooLong, "The request line is longer than 8192 bytes.", "The request line is too long."),
        refusal(.expectationFailed, "The expectation is unknown.", "`Expect` asks for other than `100-continue`."),
        refusal(
            .requestHeaderFieldsTooLarge, "The head is longer than 16384 bytes.",
            "The head, or what follows a chunked body, is too long or has too many fields."),
        .problem(
            Problem(LoyaltyError.failed), "The server failed. Whether anything happened is not known.", isShared: true),
        refusal(.notImplemented, "The method is unknown.", "The method or the transfer coding is unknown."),
        .problem(
            Problem(LoyaltyError.overloaded(retryAfterSeconds: 1)),
            "The server has too much to do, or can't write at the moment. Nothing happened: ask again.", isShared: true),
        refusal(
            .httpVersionNotSupported, "Only HTTP/1.1 and HTTP/1.0 are spoken here.",
            "The version is neither HTTP/1.1 nor HTTP/1.0."),
    ]

    private static let unauthorized = problem(
        .unauthorized(.signInRequired, "Sign in first."), "The request shows no session, or one that has ended.",
        isShared: true)

    private static let forbidden = problem(
        CrossSiteCheck.example,
        "A browser was led here by another site, which `http.allowed_origins` does not name.",
        isShared: true
    )

    private static let misdirected = problem(
        HostCheck.refusal,
        "`Host` is neither loopback nor an IP address nor a name that the server's owner allows in `allowed_hosts`.",
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
    /// The document as a client gets it, with the id of some request.
    fileprivate var exampleText: String {
        let ids = RequestIDs(prefix: 0x9F3C_51D2_7A40_E8B6)
        let fields = AnswerFields(requestID: ids.id(of: RequestError(.badRequest, "")))
        guard case .bytes(let bytes) = fields.added(to: response).body else {
            preconditionFailure("a problem is written as a whole")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Operation.Header {
    fileprivate static let ofProblems = Dictionary(
        uniqueKeysWithValues: [retryAfter, authenticate, acceptEncoding].map { ($0.name, $0) })

    static let retryAfter = Operation.Header(
        "Retry-After", "Seconds until asking again makes sense.", Schema(.integer, "", [.minimum("0")], example: "1"))

    private static let authenticate = Operation.Header(
        "WWW-Authenticate", "How to show a session.", Schema(.string, "", [.oneOf(["Bearer"])]))

    private static let acceptEncoding = Operation.Header(
        "Accept-Encoding", "How a body may be packed.", Schema(.string, "", [.oneOf(["gzip"])]))
}
