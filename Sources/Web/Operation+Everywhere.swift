import HTTP
import OpenAPI

extension Operation {
    /// This operation with the field that every request may have and every response has.
    package var traced: Operation {
        let requestID = Parameter(
            "X-Request-Id", in: .header,
            "An id for the request: 1 to 128 of `A-Z a-z 0-9 - _ .`. The server makes one if the request has none, or another.",
            Schema(.string), isEverywhere: true)
        let header = Header(
            "X-Request-Id", "The id of the request, from its client or made by the server.", .requestID,
            isEverywhere: true)
        return adding([], parameters: [requestID]).adding(header)
    }

    /// This operation with the response to a client that has the current state already (RFC 9110, section 13.1.2).
    package var conditional: Operation {
        let ifNoneMatch = Parameter(
            "If-None-Match", in: .header,
            "The `ETag` of the state that the client has. The answer is 304 if that is still the state.",
            Schema(.string))
        let entityTag = Header(
            "ETag", "Names this state; missing while the state changes.",
            Schema(
                .string, "", [.pattern("^W/\"[0-9a-f]{17}\"$")], example: #""W/\"1b0d8e5f3a27c9462\"""#),
            isRequired: false)
        return adding([Response(.notModified, "The client has the current state.")], parameters: [ifNoneMatch])
            .adding(entityTag) { $0.rawValue < 400 }
    }
}
