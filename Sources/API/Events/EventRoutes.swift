import Changes
import HTTP
import Loyalty
import Web

/// Being told of what changes, as it changes.
struct EventRoutes {
    let streams: EventStreams

    private static let retryAfter = Response.Field.retryAfter(15)

    static let tooManyOfUser = Problem(
        .tooManyStreams, "Too many streams of this user are open.", fields: [retryAfter])

    var routes: [Route] {
        [Route(method: .get, path: "/api/user/events", operation: .followEvents, action: .follow(follow))]
    }

    private func follow(_ session: Authentication.Shown, _ request: Request) throws(LoyaltyError) -> Response {
        switch streams.hub.admit(session.user) {
        case .admitted: break
        case .tooManyOfUser:
            return Self.tooManyOfUser.response
        case .tooManyInAll:
            return Problem(.busy, "Too many streams are open.", fields: [Self.retryAfter]).response
        }
        let stream = EventStream(
            of: session.user, showing: session.token, after: request.lastEventID, streams)
        var response = Response(.ok, contentType: "text/event-stream", .stream(stream))
        response.add("Cache-Control", "no-store")
        // nginx would gather them until its buffer is full.
        response.add("X-Accel-Buffering", "no")
        return response
    }
}

extension Request {
    /// The last event that the client got (WHATWG HTML, section 9.2.4); nil where it says of none.
    fileprivate var lastEventID: ChangeID? {
        let values = headers.all(.lastEventID)
        guard let value = values.first else { return nil }
        guard values.count == 1, value.allSatisfy(\.isDigit), let number = Int64(String(decoding: value, as: UTF8.self))
        else { return .unknown }
        return ChangeID(rawValue: number)
    }
}

extension ChangeID {
    /// What no log gives, and none can go on from.
    fileprivate static let unknown = ChangeID(rawValue: -1)
}
