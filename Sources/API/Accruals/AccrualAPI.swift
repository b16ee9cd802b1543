import Eventual
import HTTP
import Loyalty
import Rewards
import Web

/// The API of the built-in accrual system, of one event loop. It knows no users: whoever reaches it may use it.
package final class AccrualAPI: RequestHandler {
    package struct Settings: Sendable {
        /// For a body after unpacking.
        package var bodyBytesMax = 1024 * 1024
        /// Origins, other than the server's own, whose pages may change something.
        package var allowedOrigins: [String] = []
        /// Names that `Host` may have, besides loopback and IP addresses.
        package var hostNames: [String] = []

        package init() {}
    }

    private let router: Router
    private let crossSiteCheck: CrossSiteCheck
    private let hostCheck: HostCheck
    private let contentCoding: ContentCoding
    private let requestIDs: RequestIDs
    private let didEndBatch: () -> Void
    private let didClose: () -> Void

    /// `rate` limits the requests about orders, nil where nothing does, by `clock`, in milliseconds. `didEndBatch` ends what
    /// the reads of a batch share, `didClose` closes what the loop reads through.
    package init(
        accruals: RewardService, rate: RequestRate?, clock: @escaping () -> Int64, settings: Settings,
        requestIDs: RequestIDs, didEndBatch: @escaping () -> Void, didClose: @escaping () -> Void
    ) {
        let routes = AccrualRoutes(accruals: accruals, rate: rate, clock: clock).routes
        router = Router(
            routes + DocumentationRoutes(of: Self.documentation, describing: routes, isHostChecked: true).routes)
        crossSiteCheck = CrossSiteCheck(allowedOrigins: settings.allowedOrigins)
        hostCheck = HostCheck(names: settings.hostNames)
        contentCoding = ContentCoding(bodyBytesMax: settings.bodyBytesMax)
        self.requestIDs = requestIDs
        self.didEndBatch = didEndBatch
        self.didClose = didClose
    }

    package var routes: [RouteName] { router.names }

    package func bodyBytesMax(of head: Request) -> Int { router.bodyBytesMax(of: head) }

    package func respond(to request: Request) -> Eventual<Response, Never> {
        var fields = ResponseFields(requestID: requestIDs.id(of: request))
        return outcome(of: request, &fields).reply(with: fields)
    }

    package func response(to error: RequestError) -> Response {
        ResponseFields(requestID: requestIDs.id(of: error)).added(to: Problem(error).response)
    }

    package func endBatch() {
        didEndBatch()
    }

    package func close() {
        didClose()
    }

    private func outcome(of request: Request, _ fields: inout ResponseFields) -> Outcome {
        router.outcome(of: request, crossSiteCheck, hostCheck: hostCheck) { route throws(Problem) in
            fields.route = route.number
            return try Outcome(request, onOpen: route, contentCoding)
        }
    }
}
