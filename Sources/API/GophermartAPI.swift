import HTTP
import Loyalty

/// The public API of one event loop: decides, in this order, on the path, the method, the site, the session and the body.
package final class GophermartAPI: RequestHandler {
    package struct Settings: Sendable {
        /// For a body after unpacking.
        package var bodyBytesMax = 1024 * 1024
        package var sessionSeconds: Int64 = 30 * 86_400
        package var cookieIsSecure = false
        /// Origins, other than the server's own, whose pages may change something.
        package var allowedOrigins: [String] = []

        package init() {}
    }

    private let router: Router
    private let authentication: Authentication
    private let crossSiteCheck: CrossSiteCheck
    private let contentCoding: ContentCoding
    private let versions: any ReadVersions
    private let answers: AnswerCache
    /// What every request without a session gets, written out once.
    private let signInFirst = Problem.unauthorized("Sign in first.").response
    private let didEndBatch: () -> Void
    private let didClose: () -> Void

    /// `didEndBatch` ends what the reads of a batch share, `didClose` closes what the loop reads through.
    package init(
        accounts: AccountService, orders: OrderService, balances: BalanceService, versions: any ReadVersions,
        settings: Settings, didEndBatch: @escaping () -> Void, didClose: @escaping () -> Void
    ) {
        authentication = Authentication(
            accounts: accounts, sessionSeconds: settings.sessionSeconds, cookieIsSecure: settings.cookieIsSecure,
            versions: versions, cache: SessionCache(versions: versions))
        let routes =
            AccountRoutes(accounts: accounts, authentication: authentication).routes
            + OrderRoutes(orders: orders).routes + BalanceRoutes(balances: balances).routes
            + LedgerRoutes(balances: balances).routes
        router = Router(routes + DocumentationRoutes(of: Self.documentation, describing: routes).routes)
        crossSiteCheck = CrossSiteCheck(allowedOrigins: settings.allowedOrigins)
        contentCoding = ContentCoding(bodyBytesMax: settings.bodyBytesMax)
        self.versions = versions
        answers = AnswerCache(versions: versions)
        self.didEndBatch = didEndBatch
        self.didClose = didClose
    }

    package func respond(to request: Request) -> Reply {
        do throws(Problem) {
            switch try router.find(request, crossSiteCheck) {
            case .route(let route): return try outcome(of: request, on: route).reply
            case .answer(let response): return .now(response)
            }
        } catch {
            return .now(error.response)
        }
    }

    package func response(to error: RequestError) -> Response { Problem(error).response }

    package func endBatch() {
        didEndBatch()
    }

    package func close() {
        didClose()
    }

    private func outcome(of request: Request, on route: Route) throws(Problem) -> Outcome {
        switch route.action {
        case .anyone, .open, .kept, .change: return try Outcome(request, onOpen: route, contentCoding)
        case .read(let read):
            // A body means nothing to GET (RFC 9110, section 9.3.1).
            guard let user = try user(of: request) else { return .now(signInFirst) }
            let prefersGzip = Preferences.prefersGzip(request.headers)
            let key = AnswerCache.Key(
                user: user, route: route.number, isPacked: prefersGzip, selection: request.selection)
            if let response = answers.response(for: key) { return .now(response) }
            let version = versions.version
            let response = contentCoding.packed(
                try Problem.translating { () throws(LoyaltyError) in try read(user, request) }, ifPreferred: prefersGzip
            )
            answers.insert(response, for: key, version: version)
            return .now(response)
        case .write(let begin):
            guard let user = try user(of: request) else { return .now(signInFirst) }
            let body = try contentCoding.unpackedBody(of: request)
            return .later(try Problem.translating { () throws(LoyaltyError) in try begin(user, body) })
        }
    }

    private func user(of request: Request) throws(Problem) -> UserID? {
        try Problem.translating { () throws(LoyaltyError) in try authentication.user(of: request) }
    }
}
