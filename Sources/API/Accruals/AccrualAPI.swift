import Eventual
import HTTP
import Loyalty
import Rewards
import Web

/// The API of the built-in accrual system. It has no users: every client that reaches it is served.
package enum AccrualAPI {
    package struct Settings: Sendable {
        /// The largest body in bytes after unpacking, whatever its route allows.
        package var bodyBytesMax = Limits().bodyBytesMax
        /// Origins, other than the server's own, whose pages may send requests that change something.
        package var allowedOrigins: [String] = []
        /// Names that `Host` may have, besides those of this machine and IP addresses.
        package var hostNames: [String] = []

        package init() {}
    }

    /// The handler of one event loop.
    ///
    /// - Parameters:
    ///   - rate: limits the requests about orders; `nil` if there is no limit.
    ///   - clock: the time in milliseconds by which `rate` counts; it never steps back.
    ///   - reader: the reader of `accruals`.
    package static func handler(
        accruals: RewardService, rate: RequestRate?, clock: @escaping () -> Int64, settings: Settings,
        requestIDs: RequestIDs, reader: any BatchReader
    ) -> APIHandler {
        let routes = AccrualRoutes(accruals: accruals, rate: rate, clock: clock).routes
        let documentation = DocumentationRoutes(of: documentation, describing: routes, isHostChecked: true)
        var configuration = APIHandler.Configuration()
        configuration.bodyBytesMax = settings.bodyBytesMax
        configuration.allowedOrigins = settings.allowedOrigins
        configuration.hostCheck = HostCheck(names: settings.hostNames)
        return APIHandler(
            routes: routes + documentation.routes, configuration, requestIDs: requestIDs, reader: reader)
    }
}
