import Eventual
import HTTP
import Loyalty
import SignIn
import Storage
import Web

/// The public API: accounts, orders, balances and events.
package enum GophermartAPI {
    package struct Settings: Sendable {
        /// The largest body in bytes after unpacking, whatever its route allows.
        package var bodyBytesMax = Limits().bodyBytesMax
        package var sessionSeconds: Int64 = 30 * 86_400
        /// True if browsers send the session's cookie over TLS only, however the request came here.
        package var cookieIsSecure = false
        /// The name of the session's cookie: a token of RFC 6265 other than the name of the device cookie.
        package var cookieName = "session"
        /// Origins, other than the server's own, whose pages may send requests that change something.
        package var allowedOrigins: [String] = []
        /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
        package var trustedProxies: [IPNetwork] = []
        /// The same for all event loops.
        package var proxyWatch = ProxyWatch(clock: { 0 }, warn: { _ in })
        /// Origins whose pages may read responses, too.
        package var sharedOrigins: [String] = []
        /// Random at the start of the server, and the same for all event loops.
        package var entityTagEpoch: UInt64 = 0
        /// The hash of entity tags; `nil` if no other server makes the same tags.
        package var entityTagHash: EntityTagHash?

        /// The page for customers; `nil` if it is not served.
        package var customerPage: ShopPage?

        package init() {}
    }

    package static let deviceCookieName = Authentication.deviceCookieName

    /// The handler of one event loop.
    ///
    /// - Parameters:
    ///   - repository: the event loop's own; the handler ends its batches and closes it.
    ///   - queue: takes the orders that are uploaded.
    ///   - clock: the time of day.
    ///   - events: the same for all event loops.
    package static func handler(
        accounts: AccountService, repository: any Repository, queue: any OrderQueue, clock: @escaping WallClock,
        events: EventHub, settings: Settings, requestIDs: RequestIDs
    ) -> APIHandler {
        let authentication = Authentication(accounts: accounts, repository: repository, settings)
        let streams = EventStreams(hub: events, authentication: authentication)
        var configuration = APIHandler.Configuration()
        configuration.bodyBytesMax = settings.bodyBytesMax
        configuration.allowedOrigins = settings.allowedOrigins
        configuration.sharedOrigins = settings.sharedOrigins
        configuration.proxies = TrustedProxies(networks: settings.trustedProxies, watch: settings.proxyWatch)
        configuration.entityTagEpoch = settings.entityTagEpoch
        configuration.entityTagHash = settings.entityTagHash
        let routes =
            AccountRoutes(accounts: accounts, authentication: authentication, proxies: configuration.proxies).routes
            + ProfileRoutes(repository: repository).routes
            + OrderRoutes(
                orders: OrderService(repository: repository, queue: queue, clock: clock), repository: repository
            ).routes
            + BalanceRoutes(
                withdrawals: WithdrawalService(repository: repository, clock: clock), repository: repository
            ).routes
            + LedgerRoutes(repository: repository).routes + EventRoutes(streams: streams).routes
        let documentation = DocumentationRoutes(
            of: documentation(sessionCookie: settings.cookieName), describing: routes)
        let page = settings.customerPage?.routes(isRegistrationOpen: accounts.isRegistrationOpen) ?? []
        return APIHandler(
            routes: routes + documentation.routes + page, configuration, authenticator: authentication, work: streams,
            requestIDs: requestIDs, reader: repository)
    }
}
