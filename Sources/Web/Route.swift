import Eventual
import HTTP
import OpenAPI

/// A method and a path, the code that answers requests for them, and their description.
///
/// It is a class, so that finding the route of a request copies nothing.
package final class Route {
    /// The clients that a route serves.
    package enum Access: Equatable {
        case everyone
        /// Requests with a valid session; all others get 401.
        case signedIn
        /// Requests with a valid session whose ``Caller/rank`` is at least this, which is above zero. All others get
        /// 401 without a session, and 403 with one.
        case rank(atLeast: Int)

        /// The lowest rank that a caller needs; `nil` if the route needs no session.
        var rankMin: Int? {
            switch self {
            case .everyone: nil
            case .signedIn: 0
            case .rank(let least): least
            }
        }
    }

    /// The further requests for which a response may be used.
    package enum Reuse {
        case none
        /// All requests: the response was written out once, plain and packed, and the route itself handles conditions.
        case prerendered
        /// Requests of the same user, until something of the user's changes; see ``UserReads``.
        case perUser
    }

    /// Answers a request.
    ///
    /// The function of an ``Eventual/later(_:)`` stays in memory while it waits. It should capture the values that it
    /// needs and not the body, since many may wait at once.
    package typealias Answer = (Call) throws(Problem) -> Eventual<Response, Problem>

    /// The limit for routes that take no body, and for requests without a route: if a client sends a body all the same,
    /// it is read and dropped.
    static let unreadBodyBytesMax = 8 * 1024

    let method: Method
    let path: String
    /// The path by which metrics and logs name the route.
    let shownPath: String
    let endsInAnySegment: Bool
    /// `nil` if the API has no documentation.
    let operation: Operation?
    let access: Access
    let reuse: Reuse
    let takesBody: Bool
    /// The largest body in bytes, packed or unpacked.
    let bodyBytesMax: Int
    let answer: Answer
    /// The position among all routes, which the router sets.
    var number = 0

    /// - Parameters:
    ///   - path: the path; one segment may be a name in braces, which matches any text that has no slash and is not
    ///     empty: `/api/orders/{number}`.
    ///   - operation: the description; `nil` if the API has no documentation.
    ///   - shownPath: the path by which metrics and logs name the route; `nil` for `path` itself.
    ///   - bodyBytesMax: the largest body in bytes, packed or unpacked; `nil` if the route takes no body.
    package init(
        _ method: Method, _ path: String, _ operation: Operation? = nil, for access: Access, reuse: Reuse = .none,
        shownPath: String? = nil, bodyBytesMax: Int? = nil, answer: @escaping Answer
    ) {
        precondition(
            reuse != .perUser || access == .signedIn && method == .get && bodyBytesMax == nil,
            "a response may be kept for a user only if the route is a GET for users and takes no body")
        (self.method, self.path, self.operation) = (method, path, operation)
        (self.access, self.reuse, self.answer) = (access, reuse, answer)
        self.shownPath = shownPath ?? path
        endsInAnySegment = path.hasSuffix("}")
        takesBody = bodyBytesMax != nil
        self.bodyBytesMax = bodyBytesMax ?? Self.unreadBodyBytesMax
    }
}

extension Route {
    /// The route's description, with the responses that any request like it may get.
    func endpoint(isHostChecked: Bool) -> Endpoint {
        guard let operation else { preconditionFailure("a route of a documented API must have an operation: \(path)") }
        let needsSession = access.rankMin != nil
        let others = Operation.Response.ofAny(
            method, needsSession: needsSession, needsRank: (access.rankMin ?? 0) > 0,
            hasBody: operation.body != nil, isHostChecked: isHostChecked)
        let described = reuse == .none ? operation : operation.conditional
        return Endpoint(method, path, described.adding(others).traced, needsSession: needsSession)
    }
}
