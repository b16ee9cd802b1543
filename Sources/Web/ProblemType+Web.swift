import HTTP

/// The refusals that any API may send, whatever it serves.
extension ProblemType {
    package static let ofWeb = [
        unreadableRequest, invalidContent, signInRequired, forbidden, crossSite, misdirected, unknownPath,
        methodNotAllowed,
        requestTimeout, contentTooLarge, uriTooLong, unknownContentCoding, unknownExpectation, headTooLarge, failed,
        notImplemented, busy, unavailable, unknownHTTPVersion,
    ]

    package static let unreadableRequest = ProblemType(
        "unreadable-request", .badRequest, "The request can't be read",
        "The bytes are not a request of HTTP/1.1; the detail names the first error. The connection is closed.")

    package static let invalidContent = ProblemType(
        "invalid-content", .badRequest, "The content is not what is expected",
        "A value in the body or a parameter is missing or invalid; the detail names it.")

    package static let signInRequired = ProblemType(
        "sign-in-required", .unauthorized, "Sign in first",
        "The request presents no session, or one that has ended. Sign in and present the new session.")

    package static let forbidden = ProblemType(
        "forbidden", .forbidden, "Not allowed",
        "The session is valid, but the role of its account may not do this.")

    package static let crossSite = ProblemType(
        "cross-site", .forbidden, "From another site",
        "A browser sent this from a page of another site, which the server's owner has not allowed.")

    package static let misdirected = ProblemType(
        "misdirected", .misdirectedRequest, "Another host's request",
        """
        This listener is served under the names of its own machine, under IP addresses, and under names that its owner allows \
        in `allowed_hosts`.
        """)

    package static let unknownPath = ProblemType(
        "unknown-path", .notFound, "Unknown path", "There is nothing at this path, whatever the method.")

    package static let methodNotAllowed = ProblemType(
        "method-not-allowed", .methodNotAllowed, "Method not allowed",
        "The path does not have this method; `Allow` lists the methods that it has.")

    package static let requestTimeout = ProblemType(
        "request-timeout", .requestTimeout, "The request came too slowly",
        "The whole request did not arrive in time; send it again.")

    package static let contentTooLarge = ProblemType(
        "content-too-large", .contentTooLarge, "The content is too large",
        "The body is larger than its operation takes, before or after unpacking.")

    package static let uriTooLong = ProblemType(
        "uri-too-long", .uriTooLong, "The URI is too long", "The request line is longer than the server reads.")

    package static let unknownContentCoding = ProblemType(
        "unknown-content-coding", .unsupportedMediaType, "Unknown content coding",
        "The body is packed in a way that the server does not know; `Accept-Encoding` lists those that it knows.")

    package static let unknownExpectation = ProblemType(
        "unknown-expectation", .expectationFailed, "Unknown expectation",
        "`Expect` asks for something other than `100-continue`.")

    package static let headTooLarge = ProblemType(
        "head-too-large", .requestHeaderFieldsTooLarge, "The head is too large",
        "The request has more fields, or longer ones, than the server reads.")

    package static let failed = ProblemType(
        "failed", .internalServerError, "The server failed",
        "Something is wrong with the server; its log has the reason.")

    package static let notImplemented = ProblemType(
        "not-implemented", .notImplemented, "Not implemented",
        "The server does not know the method or the transfer coding.")

    package static let busy = ProblemType(
        "busy", .serviceUnavailable, "Busy",
        "Too many requests are waiting already. Nothing happened; ask again after `Retry-After`, in seconds.")

    package static let unavailable = ProblemType(
        "unavailable", .serviceUnavailable, "Unavailable",
        "The server can't do this now. Nothing happened; ask again after `Retry-After`, in seconds.")

    package static let unknownHTTPVersion = ProblemType(
        "unknown-http-version", .httpVersionNotSupported, "Unknown version of HTTP",
        "The server speaks HTTP/1.1 and HTTP/1.0.")
}

extension ProblemType {
    /// The type for a request that could not be read, by the status with which it is refused.
    init(ofUnreadableRequest status: Status) {
        self =
            switch status {
            case .requestTimeout: .requestTimeout
            case .contentTooLarge: .contentTooLarge
            case .uriTooLong: .uriTooLong
            case .expectationFailed: .unknownExpectation
            case .requestHeaderFieldsTooLarge: .headTooLarge
            case .notImplemented: .notImplemented
            case .serviceUnavailable: .busy
            case .httpVersionNotSupported: .unknownHTTPVersion
            default: .unreadableRequest
            }
    }
}
