import Changes
import Eventual
import HTTP
import Loyalty
import Storage
import Web

/// Sends a user's changes as they happen.
struct EventRoutes {
    let streams: EventStreams

    /// In seconds. A stream may end at any moment; a client that waits for one need not ask all the time.
    private static let retryAfter = Response.Field.retryAfter(15)

    static let tooManyOfUser = Problem(
        .tooManyStreams, "Too many streams of this user are open.", fields: [retryAfter])

    var routes: [Route] {
        [Route(.get, "/api/user/events", .followEvents, for: .signedIn, follow)]
    }

    private func follow(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let token = call.caller.token
        let lastEventID = call.request.lastEventID
        return try streams.authentication.session(presenting: token).map { session in
            guard let session else { return Problem.signInFirst.response }
            return response(of: session, presenting: token, after: lastEventID)
        }
    }

    private func response(
        of session: OpenSession, presenting token: ArraySlice<UInt8>, after lastEventID: ChangeID?
    ) -> Response {
        switch streams.hub.admit(session.user) {
        case .admitted: break
        case .tooManyOfUser: return Self.tooManyOfUser.response
        case .tooManyInAll: return Problem(.busy, "Too many streams are open.", fields: [Self.retryAfter]).response
        }
        let stream = EventStream(of: session, presenting: token, after: lastEventID, streams)
        var response = Response(.ok, contentType: "text/event-stream", .stream(stream))
        response.add(.noStore)
        // nginx would hold events back until its buffer is full.
        response.add("X-Accel-Buffering", "no")
        return response
    }
}

extension Request {
    /// The last event that the client received (WHATWG HTML, section 9.2.4); `nil` if the request names none.
    fileprivate var lastEventID: ChangeID? {
        let values = headers.all(.lastEventID)
        guard let value = values.first else { return nil }
        guard values.count == 1, value.allSatisfy(\.isDigit), let number = Int64(String(decoding: value, as: UTF8.self))
        else { return .unknown }
        return ChangeID(rawValue: number)
    }
}

extension ChangeID {
    /// An id that no log issues, so that none can resume after it.
    fileprivate static let unknown = ChangeID(rawValue: -1)
}
