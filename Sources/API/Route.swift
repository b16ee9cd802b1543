import HTTP
import Loyalty
import OpenAPI
import Web

/// What a request's path and method lead to. A class, so that finding one copies nothing.
final class Route {
    enum Action {
        /// Open to everyone, and waiting for something.
        case anyone((_ request: Request, _ body: [UInt8]) throws(LoyaltyError) -> Later)
        /// Open to everyone, and answered from what is there.
        case open((_ request: Request) throws(LoyaltyError) -> Response)
        /// Open to everyone, and written out before, packed and plain.
        case kept((_ request: Request) -> Response)
        /// Open to everyone, and waiting for something; the path says all.
        case change((_ request: Request) throws(LoyaltyError) -> Later)
        /// Only for who shows a valid session, and answered from what is there.
        case read((_ user: UserID, _ request: Request) throws(LoyaltyError) -> Response)
        /// Only for who shows a valid session, and going on for as long as they listen: nothing of it is kept or packed.
        case follow((_ session: Authentication.Shown, _ request: Request) throws(LoyaltyError) -> Response)
        /// Only for who shows a valid session, and waiting for something.
        case write((_ user: UserID, _ body: [UInt8]) throws(LoyaltyError) -> Later)
        /// As ``write(_:)``, about the session itself or the one who shows it.
        case account(
            (_ session: Authentication.Shown, _ request: Request, _ body: [UInt8]) throws(LoyaltyError) -> Later)
    }

    /// What is left of a request once its body was taken apart: to wait, and to answer. It holds what it needs and not the
    /// body, since many may wait.
    typealias Later = () async throws(LoyaltyError) -> Response

    let method: Method
    /// Where it ends in a name in braces, any one segment stands there: `/api/orders/{number}`.
    let path: String
    /// Whether it does.
    let endsInAnySegment: Bool
    let operation: Operation
    let action: Action
    /// The largest body that it takes, packed or unpacked; see ``BodyLimit``.
    let bodyBytesMax: Int
    /// Its place among all routes, which the router gives it.
    var number = 0

    init(
        method: Method, path: String, bodyBytesMax: Int = BodyLimit.unreadBytes, operation: Operation, action: Action
    ) {
        (self.method, self.path, self.operation, self.action) = (method, path, operation, action)
        self.bodyBytesMax = bodyBytesMax
        endsInAnySegment = path.hasSuffix("}")
    }
}

extension Route {
    /// What the API's description says of it, with all that may come of any request like it.
    func endpoint(isHostChecked: Bool) -> Endpoint {
        let others = Operation.Response.ofAny(
            method, needsSession: needsSession, hasBody: operation.body != nil, isHostChecked: isHostChecked)
        return Endpoint(
            method, path, (isConditional ? operation.conditional : operation).adding(others).traced,
            needsSession: needsSession)
    }

    private var needsSession: Bool {
        switch action {
        case .read, .write, .account, .follow: true
        case .anyone, .open, .kept, .change: false
        }
    }

    private var isConditional: Bool {
        switch action {
        case .read, .kept: true
        case .anyone, .open, .change, .write, .account, .follow: false
        }
    }
}
