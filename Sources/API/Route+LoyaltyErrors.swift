import Eventual
import HTTP
import Loyalty
import OpenAPI
import Web

extension Route {
    /// A route whose code throws the errors of the domain, which become refusals here; see
    /// ``Web/Route/init(_:_:_:for:reuse:bodyBytesMax:answer:)``.
    convenience init(
        _ method: Method, _ path: String, _ operation: Operation, for access: Access, reuse: Reuse = .none,
        bodyBytesMax: Int? = nil,
        _ answer: @escaping (Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError>
    ) {
        self.init(method, path, operation, for: access, reuse: reuse, bodyBytesMax: bodyBytesMax) {
            call throws(Problem) in
            do throws(LoyaltyError) {
                return try answer(call).translated
            } catch {
                throw Problem(error)
            }
        }
    }
}

extension Eventual where Failure == LoyaltyError {
    /// The same value, with the refusal that a client gets in place of an error of the domain.
    var translated: Eventual<Value, Problem> {
        switch self {
        case .now(let value): .now(value)
        case .later(let value):
            .later { () async throws(Problem) in
                do throws(LoyaltyError) {
                    return try await value()
                } catch {
                    throw Problem(error)
                }
            }
        }
    }
}

extension Call {
    /// The user who sent the request. Only a route with ``Web/Route/Access/signedIn`` may ask for it.
    var user: UserID { UserID(rawValue: caller.user) }
}
