import Eventual
import HTTP
import Loyalty
import SignIn
import Storage
import Web

/// The public API of one event loop: decides, in this order, on the path, the method, the site, the session and the body.
package final class GophermartAPI: RequestHandler {
    package struct Settings: Sendable {
        /// For a body after unpacking.
        package var bodyBytesMax = 1024 * 1024
        package var sessionSeconds: Int64 = 30 * 86_400
        package var cookieIsSecure = false
        /// What the session's cookie is called: a token of RFC 6265, and another name than the device cookie's.
        package var cookieName = "session"
        /// Origins, other than the server's own, whose pages may change something.
        package var allowedOrigins: [String] = []
        /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count.
        package var trustedProxies: [IPNetwork] = []
        /// The same for all loops.
        package var proxyWatch = ProxyWatch(clock: { 0 }, warn: { _ in })
        /// Origins whose pages may read answers too.
        package var sharedOrigins: [String] = []
        /// Random at the start of the server, and the same for all of its loops.
        package var entityTagEpoch: UInt64 = 0

        package init() {}
    }

    package static let deviceCookieName = Authentication.deviceCookieName

    private let router: Router
    private let proxies: TrustedProxies
    private let authentication: Authentication
    private let crossSiteCheck: CrossSiteCheck
    private let contentCoding: ContentCoding
    private let sharing: CrossOriginSharing
    private let reads: UserReads
    private let eventStreams: EventStreams
    private let requestIDs: RequestIDs
    /// What every request without a session gets, written out once.
    private let signInFirst = Problem.unauthorized(.signInRequired, "Sign in first.").response
    private let didEndBatch: () -> Void
    private let didClose: () -> Void

    /// `didEndBatch` ends what the reads of a batch share, `didClose` closes what the loop reads through.
    package init(
        accounts: AccountService, orders: OrderService, balances: BalanceService, events: EventHub,
        versions: any ReadVersions, settings: Settings, requestIDs: RequestIDs, didEndBatch: @escaping () -> Void,
        didClose: @escaping () -> Void
    ) {
        authentication = Authentication(
            accounts: accounts, sessionSeconds: settings.sessionSeconds, cookieName: settings.cookieName,
            cookieIsSecure: settings.cookieIsSecure, versions: versions, cache: SessionCache(versions: versions))
        eventStreams = EventStreams(hub: events, authentication: authentication)
        proxies = TrustedProxies(networks: settings.trustedProxies, watch: settings.proxyWatch)
        let routes =
            AccountRoutes(accounts: accounts, authentication: authentication, proxies: proxies).routes
            + ProfileRoutes(accounts: accounts).routes
            + OrderRoutes(orders: orders).routes + BalanceRoutes(balances: balances).routes
            + LedgerRoutes(balances: balances).routes + EventRoutes(streams: eventStreams).routes
        router = Router(
            routes
                + DocumentationRoutes(of: Self.documentation(sessionCookie: settings.cookieName), describing: routes)
                .routes)
        crossSiteCheck = CrossSiteCheck(allowedOrigins: settings.allowedOrigins + settings.sharedOrigins)
        sharing = CrossOriginSharing(origins: settings.sharedOrigins)
        contentCoding = ContentCoding(bodyBytesMax: settings.bodyBytesMax)
        reads = UserReads(
            versions: versions, tags: EntityTags(epoch: settings.entityTagEpoch), contentCoding: contentCoding)
        self.requestIDs = requestIDs
        self.didEndBatch = didEndBatch
        self.didClose = didClose
    }

    package var routes: [RouteName] { router.names }

    package func bodyBytesMax(of head: Request) -> Int { router.bodyBytesMax(of: head) }

    package func isProxy(_ peer: IPAddress) -> Bool { proxies.isTrusted(peer) }

    package func client(of request: Request) -> IPAddress { proxies.client(of: request) }

    package func respond(to request: Request) -> Eventual<Response, Never> {
        var fields = ResponseFields(
            requestID: requestIDs.id(of: request), grant: sharing.grant(to: request),
            client: proxies.client(of: request))
        return outcome(of: request, &fields).reply(with: fields)
    }

    package func response(to error: RequestError) -> Response {
        let fields = ResponseFields(requestID: requestIDs.id(of: error), grant: sharing.grant(to: error))
        return fields.added(to: Problem(error).response)
    }

    package func endBatch() {
        didEndBatch()
    }

    package func begin(wake: @escaping @Sendable () -> Void) {
        eventStreams.begin(wake: wake)
    }

    package func wakeUp() {
        eventStreams.deliver()
    }

    package func close() {
        eventStreams.unsubscribe()
        didClose()
    }

    private func outcome(of request: Request, _ fields: inout ResponseFields) -> Outcome {
        router.outcome(of: request, crossSiteCheck, sharing) { route throws(Problem) in
            fields.route = route.number
            return try outcome(of: request, on: route)
        }
    }

    private func outcome(of request: Request, on route: Route) throws(Problem) -> Outcome {
        switch route.action {
        case .anyone, .open, .kept, .change: return try Outcome(request, onOpen: route, contentCoding)
        case .read(let read):
            // A body means nothing to GET (RFC 9110, section 9.3.1).
            guard let session = try session(of: request) else { return .now(signInFirst) }
            return .now(try reads.response(to: request, of: session.user, on: route, read))
        case .follow(let begin):
            guard let session = try session(of: request) else { return .now(signInFirst) }
            return .now(try Problem.translating { () throws(LoyaltyError) in try begin(session, request) })
        case .write(let begin):
            guard let session = try session(of: request) else { return .now(signInFirst) }
            let body = try contentCoding.unpackedBody(of: request, bytesMax: route.bodyBytesMax)
            return .later(try Problem.translating { () throws(LoyaltyError) in try begin(session.user, body) })
        case .account(let begin):
            guard let session = try session(of: request) else { return .now(signInFirst) }
            let body = try contentCoding.unpackedBody(of: request, bytesMax: route.bodyBytesMax)
            return .later(try Problem.translating { () throws(LoyaltyError) in try begin(session, request, body) })
        }
    }

    private func session(of request: Request) throws(Problem) -> Authentication.Shown? {
        try Problem.translating { () throws(LoyaltyError) in try authentication.session(of: request) }
    }
}
