import Eventual
import HTTP
import Loyalty
import Web

/// What a request comes to: an answer, or a wait for one.
enum Outcome {
    case now(Response)
    case later(Route.Later)

    /// Of a route that is open to everyone.
    init(_ request: Request, onOpen route: Route, _ contentCoding: ContentCoding) throws(Problem) {
        switch route.action {
        case .anyone(let begin):
            let body = try contentCoding.unpackedBody(of: request, bytesMax: route.bodyBytesMax)
            self = .later(try Problem.translating { () throws(LoyaltyError) in try begin(request, body) })
        case .open(let read):
            let response = try Problem.translating { () throws(LoyaltyError) in try read(request) }
            self = .now(contentCoding.packed(response, ifPreferred: Preferences.prefersGzip(request.headers)))
        case .kept(let respond): self = .now(respond(request))
        case .change(let begin):
            self = .later(try Problem.translating { () throws(LoyaltyError) in try begin(request) })
        case .read, .follow, .write, .account: preconditionFailure("who serves users knows them")
        }
    }

    /// With what every answer has.
    func reply(with fields: ResponseFields) -> Eventual<Response, Never> {
        switch self {
        case .now(let response): .now(fields.added(to: response))
        case .later(let later):
            .later {
                do throws(LoyaltyError) {
                    return fields.added(to: try await later())
                } catch {
                    return fields.added(to: Problem(error).response)
                }
            }
        }
    }
}
