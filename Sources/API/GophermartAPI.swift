import Gzip
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
    private let didEndBatch: () -> Void
    private let didClose: () -> Void

    /// `didEndBatch` ends what the reads of a batch share, `didClose` closes what the loop reads through.
    package init(
        accounts: AccountService, orders: OrderService, balances: BalanceService, settings: Settings,
        didEndBatch: @escaping () -> Void, didClose: @escaping () -> Void
    ) {
        authentication = Authentication(
            accounts: accounts, sessionSeconds: settings.sessionSeconds, cookieIsSecure: settings.cookieIsSecure)
        router = Router(
            AccountRoutes(accounts: accounts, authentication: authentication).routes
                + OrderRoutes(orders: orders).routes + BalanceRoutes(balances: balances).routes)
        crossSiteCheck = CrossSiteCheck(allowedOrigins: settings.allowedOrigins)
        contentCoding = ContentCoding(
            bodyBytesMax: settings.bodyBytesMax, compressor: GzipCompressor(level: ContentCoding.level))
        self.didEndBatch = didEndBatch
        self.didClose = didClose
    }

    package func respond(to request: Request) async -> Response {
        do throws(Problem) {
            var response = try await route(request)
            contentCoding.pack(&response, for: request)
            return response
        } catch {
            return error.response
        }
    }

    package func response(to error: RequestError) -> Response {
        let fields: [Response.Field] = error.status == .serviceUnavailable ? [.retryAfter(1)] : []
        return Problem(error.status, error.detail, fields: fields).response
    }

    package func endBatch() {
        didEndBatch()
    }

    package func close() {
        didClose()
    }

    private func route(_ request: Request) async throws(Problem) -> Response {
        switch router.match(request) {
        case .route(let route):
            guard crossSiteCheck.allows(request) else {
                throw Problem(.forbidden, "The request comes from another site.")
            }
            return try await respond(to: request, with: route)
        case .unknownPath: throw Problem(.notFound, "There is nothing at this path.")
        case .otherMethods(let allow):
            throw Problem(
                .methodNotAllowed, "The path has other methods: \(allow).",
                fields: [Response.Field(name: "Allow", value: allow)])
        case .options(let allow):
            var response = Response(.noContent)
            response.add("Allow", allow)
            return response
        }
    }

    private func respond(to request: Request, with route: Route) async throws(Problem) -> Response {
        switch route.action {
        case .anyone(let respond):
            let body = try body(of: request)
            return try await translating { () async throws(LoyaltyError) in try await respond(body) }
        case .user(let respond):
            let user = try await translating { () async throws(LoyaltyError) in try authentication.user(of: request) }
            guard let user else { throw .unauthorized("Sign in first.") }
            let body = try body(of: request)
            return try await translating { () async throws(LoyaltyError) in try await respond(user, body) }
        }
    }

    /// A body means nothing to GET (RFC 9110, section 9.3.1).
    private func body(of request: Request) throws(Problem) -> [UInt8] {
        request.method == .post ? try contentCoding.unpackedBody(of: request) : []
    }

    private func translating<Value>(
        _ body: () async throws(LoyaltyError) -> Value
    ) async throws(Problem) -> Value {
        do throws(LoyaltyError) { return try await body() } catch { throw Problem(error) }
    }
}
