import HTTP
import Loyalty

/// What a request's path and method lead to.
struct Route {
    enum Action {
        /// Open to everyone.
        case anyone((_ body: [UInt8]) async throws(LoyaltyError) -> Response)
        /// Only for who shows a valid session.
        case user((_ user: UserID, _ body: [UInt8]) async throws(LoyaltyError) -> Response)
    }

    let method: Method
    let path: String
    let action: Action
}
