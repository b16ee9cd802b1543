import Loyalty
import OpenAPI
import Web

extension Operation.Response {
    /// The description of a refusal of the domain, as ``Operation/Response/problem(_:_:isShared:)``.
    static func problem(_ error: LoyaltyError, _ description: String) -> Self {
        problem(Problem(error), description)
    }
}
