import OpenAPI

/// Values that every API takes or returns.
extension Schema {
    package static let requestID = Schema(
        .string, named: "RequestID", "The id of a request in its response and in the server's log.",
        [.pattern("^[A-Za-z0-9._-]{1,128}$")], example: #""9f3c51d27a40e8b6-1""#)

    package static let problem = Schema(
        .object(
            [
                Property(
                    "type", Schema(.string, "", [.format("uri-reference")]),
                    "The kind of the problem. Decide by this: it never changes."),
                Property("title", Schema(.string), "The kind in words."),
                Property(
                    "status", Schema(.integer, "", [.minimum("400"), .maximum("599")]), "The status of the response."),
                Property("detail", Schema(.string), "The fault of this request, in a sentence."),
                Property("request_id", .requestID, "The same as `X-Request-Id`."),
            ], isClosed: false),
        named: "Problem", "The reason why a request was refused (RFC 9457).")
}
