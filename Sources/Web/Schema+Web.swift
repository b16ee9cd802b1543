import OpenAPI

/// Values that every API takes or answers with.
extension Schema {
    package static let requestID = Schema(
        .string, named: "RequestID", "What a request is called in its answer and in the server's log.",
        [.pattern("^[A-Za-z0-9._-]{1,128}$")], example: #""9f3c51d27a40e8b6-1""#)

    package static let problem = Schema(
        .object(
            [
                Property(
                    "type", Schema(.string, "", [.format("uri-reference")]),
                    "What kind of problem it is: decide by this, it stays what it is."),
                Property("title", Schema(.string), "The kind in words."),
                Property(
                    "status", Schema(.integer, "", [.minimum("400"), .maximum("599")]), "The status of the answer."),
                Property("detail", Schema(.string), "What was wrong with this request, in a sentence."),
                Property("request_id", .requestID, "As `X-Request-Id` has it."),
            ], isClosed: false),
        named: "Problem", "Why a request was refused, as RFC 9457 has it.")
}
