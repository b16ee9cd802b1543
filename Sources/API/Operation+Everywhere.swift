import HTTP
import OpenAPI

extension Operation {
    /// With what every request may show and every answer has.
    var traced: Operation {
        let requestID = Parameter(
            "X-Request-Id", in: .header,
            "What the request is to be called, where it is 1 to 128 of `A-Z a-z 0-9 - _ .`; the server names it otherwise.",
            Schema(.string), isEverywhere: true)
        let header = Header(
            "X-Request-Id", "What the request is called, by its client or by the server.", .requestID,
            isEverywhere: true)
        return adding([], parameters: [requestID]).adding(header)
    }

    /// With the answer to who shows to have already what is asked for (RFC 9110, section 13.1.2).
    var conditional: Operation {
        let ifNoneMatch = Parameter(
            "If-None-Match", in: .header, "The `ETag` of what the client has: 304 where it is still so.",
            Schema(.string))
        let entityTag = Header(
            "ETag", "Names this state of it; missing while it changes.",
            Schema(
                .string, "", [.pattern("^W/\"[0-9a-f]{17}\"$")], example: #""W/\"1b0d8e5f3a27c9462\"""#),
            isRequired: false)
        return adding([Response(.notModified, "What the client has is still so.")], parameters: [ifNoneMatch])
            .adding(entityTag) { $0.rawValue < 400 }
    }
}
