import HTTP
import JSON

/// A refusal: a type and a sentence, sent as `application/problem+json` (RFC 9457).
package struct Problem: Error, Sendable {
    package static let mediaType = "application/problem+json"

    package let type: ProblemType
    /// A sentence for a person; never SQL, a path or a stack.
    package let detail: String
    package let fields: [Response.Field]

    package init(_ type: ProblemType, _ detail: String, fields: [Response.Field] = []) {
        self.type = type
        self.detail = detail
        self.fields = fields
    }

    /// The refusal of a request that could not be read.
    package init(_ error: RequestError) {
        self.init(
            ProblemType(ofUnreadableRequest: error.status), error.detail,
            fields: error.status == .serviceUnavailable ? [.retryAfter(1)] : [])
    }

    /// A 401, which has to name a way to authenticate (RFC 9110, section 15.5.2).
    package static func unauthorized(_ type: ProblemType, _ detail: String) -> Problem {
        precondition(type.status == .unauthorized, "the type's status must be 401")
        return Problem(type, detail, fields: [Response.Field(name: "WWW-Authenticate", value: "Bearer")])
    }

    /// The refusal of a request that needs a session and presents none.
    package static let signInFirst = unauthorized(.signInRequired, "Sign in first.")

    /// The refusal of a request whose session has too few rights.
    package static let forbidden = Problem(.forbidden, "Your role may not do this; nothing happened.")

    package static let failed = Problem(.failed, "The server failed; its log has the reason.")

    package static func busy(retryAfterSeconds seconds: Int) -> Problem {
        Problem(.busy, "The server is busy; nothing happened.", fields: [.retryAfter(seconds)])
    }

    package static func unavailable(retryAfterSeconds seconds: Int) -> Problem {
        Problem(.unavailable, "The server can't do this now; nothing happened.", fields: [.retryAfter(seconds)])
    }

    /// The response without its request's id, which ``ResponseFields`` adds.
    package var response: Response {
        var writer = JSONWriter()
        writer.object { writer in
            writer.name("type")
            writer.string(type.uri)
            writer.name("title")
            writer.string(type.title)
            writer.name("status")
            writer.literal(String(type.status.rawValue))
            writer.name("detail")
            writer.string(detail)
        }
        var response = Response(type.status, contentType: Self.mediaType, .bytes(writer.bytes))
        for field in fields { response.add(field) }
        return response
    }
}

extension Response.Field {
    /// - Parameter seconds: the time to wait before the next attempt (RFC 9110, section 10.2.3).
    package static func retryAfter(_ seconds: Int) -> Response.Field {
        Response.Field(name: "Retry-After", value: String(seconds))
    }
}
