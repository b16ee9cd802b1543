import Eventual
import HTTP
import Loyalty
import Rewards
import SignIn
import Storage
import Web

/// The API of the staff: customers at the counter, and the shop in the back room.
package enum StaffAPI {
    package struct Settings: Sendable {
        /// The largest body in bytes after unpacking, whatever its route allows.
        package var bodyBytesMax = Limits().bodyBytesMax
        /// True if browsers send the session's cookie over TLS only, however the request came here.
        package var cookieIsSecure = false
        /// Origins, other than the server's own, whose pages may send requests that change something.
        package var allowedOrigins: [String] = []
        /// The names by which requests may name the listener, besides loopback and IP addresses.
        package var hostNames: [String] = []
        /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
        package var trustedProxies: [IPNetwork] = []
        /// The same for all event loops.
        package var proxyWatch = ProxyWatch(clock: { 0 }, warn: { _ in })
        /// The most points that a cashier may give or take at once.
        package var adjustmentMax = Points(hundredths: 100_000)
        /// True if customers may register, as long as the owner has not decided otherwise at run time.
        package var isRegistrationOpen = true

        /// The page for the staff; `nil` if it is not served.
        package var page: ShopPage?

        package init() {}
    }

    package static let cookieName = StaffAuthentication.cookieName

    /// The handler of one event loop.
    ///
    /// - Parameters:
    ///   - repository: the event loop's own.
    ///   - rewards: the rules of the built-in accrual system; `nil` if another one is asked.
    ///   - queue: takes the orders that are uploaded with receipts.
    ///   - clock: the time of day.
    ///   - reader: the reader of `repository` and `rewards`; the handler ends its batches and closes it.
    package static func handler(
        signIns: StaffSignInService, repository: any StaffRepository, rewards: RewardService?, queue: any OrderQueue,
        surroundings: ShopSurroundings, clock: @escaping WallClock, settings: Settings, requestIDs: RequestIDs,
        reader: any BatchReader
    ) -> APIHandler {
        var configuration = APIHandler.Configuration()
        configuration.bodyBytesMax = settings.bodyBytesMax
        configuration.allowedOrigins = settings.allowedOrigins
        configuration.hostCheck = HostCheck(names: settings.hostNames)
        configuration.proxies = TrustedProxies(networks: settings.trustedProxies, watch: settings.proxyWatch)
        let authentication = StaffAuthentication(
            signIns: signIns, repository: repository, cookieIsSecure: settings.cookieIsSecure)
        let changes = StaffChanges(
            repository: repository, signIns: signIns, queue: queue, proxies: configuration.proxies)
        let routes =
            StaffSessionRoutes(
                signIns: signIns, authentication: authentication, changes: changes,
                adjustmentMax: settings.adjustmentMax
            ).routes
            + StaffCustomerRoutes(repository: repository, signIns: signIns, changes: changes).routes
            + CounterRoutes(
                repository: repository, changes: changes, adjustmentMax: settings.adjustmentMax, clock: clock
            ).routes
            + StaffReceiptRoutes(rewards: rewards, changes: changes).routes
            + StaffRuleRoutes(rewards: rewards, changes: changes).routes
            + ShopRoutes(
                repository: repository, changes: changes, surroundings: surroundings,
                isRegistrationOpen: settings.isRegistrationOpen, clock: clock
            ).routes
            + StaffAccountRoutes(repository: repository, signIns: signIns, changes: changes).routes
        let page = settings.page?.routes { () throws(LoyaltyError) in
            try repository.isRegistrationOpen().map { $0 ?? settings.isRegistrationOpen }
        }
        let documents = DocumentationRoutes(of: documentation, describing: routes, isHostChecked: true)
        return APIHandler(
            routes: routes + documents.routes + (page ?? []), configuration, authenticator: authentication,
            requestIDs: requestIDs, reader: reader)
    }
}
