import HTTP
import Loyalty

/// Being told of what changes, as it changes.
struct EventRoutes {
    let streams: EventStreams

    private static let retryAfterSeconds = 15

    var routes: [Route] {
        [Route(method: .get, path: "/api/user/events", action: .follow(follow))]
    }

    private func follow(_ user: UserID, _ request: Request) throws(LoyaltyError) -> Response {
        guard let token = Authentication.token(of: request) else { preconditionFailure("a user has shown a token") }
        let retryAfter = Response.Field.retryAfter(Self.retryAfterSeconds)
        switch streams.hub.admit(user) {
        case .admitted: break
        case .tooManyOfUser:
            return Problem(.tooManyRequests, "Too many streams of this user are open.", fields: [retryAfter]).response
        case .tooManyInAll:
            return Problem(.serviceUnavailable, "Too many streams are open.", fields: [retryAfter]).response
        }
        let stream = EventStream(of: user, showing: token, after: request.lastEventID, streams)
        var response = Response(.ok, contentType: "text/event-stream", .stream(stream))
        response.add("Cache-Control", "no-store")
        // nginx would gather them until its buffer is full.
        response.add("X-Accel-Buffering", "no")
        return response
    }
}

extension Request {
    /// The last event that the client got (WHATWG HTML, section 9.2.4); an id that no log ever gives where it is none of
    /// ours.
    fileprivate var lastEventID: ChangeID? {
        let values = headers.all("last-event-id")
        guard let value = values.first else { return nil }
        let isPlain = values.count == 1 && value.allSatisfy(\.isDigit)
        return ChangeID(rawValue: (isPlain ? Int64(String(decoding: value, as: UTF8.self)) : nil) ?? -1)
    }
}
