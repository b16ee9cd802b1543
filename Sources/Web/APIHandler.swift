import Eventual
import HTTP

/// Answers the requests of one event loop by a list of routes.
///
/// A request is checked in this order: its host, its path, its method, the site from which a browser sent it, its
/// session, and its body.
package final class APIHandler: RequestHandler {
    /// The settings that differ from API to API.
    package struct Configuration {
        /// The largest body in bytes after unpacking, whatever its route allows.
        package var bodyBytesMax = Limits().bodyBytesMax
        /// Origins, other than the server's own, whose pages may send requests that change something.
        package var allowedOrigins: [String] = []
        /// Origins whose pages may send such requests and read responses, too.
        package var sharedOrigins: [String] = []
        /// The check of the name by which a request calls the listener; `nil` if any name will do.
        package var hostCheck: HostCheck?
        package var proxies = TrustedProxies.none
        /// A number from which entity tags are made: random at the start of the server, and the same for all event
        /// loops.
        package var entityTagEpoch: UInt64 = 0
        /// The hash of entity tags; `nil` if no other server makes the same tags.
        package var entityTagHash: EntityTagHash?

        package init() {}
    }

    private let router: Router
    private let authenticator: (any Authenticator)?
    private let hostCheck: HostCheck?
    private let crossSiteCheck: CrossSiteCheck
    private let sharing: CrossOriginSharing
    private let proxies: TrustedProxies
    private let contentCoding: ContentCoding
    private let userReads: UserReads
    private let work: (any LoopWork)?
    private let requestIDs: RequestIDs
    private let reader: any BatchReader
    /// The refusal of every request without a session, written out once.
    private let signInFirst = Problem.signInFirst.response

    /// - Parameters:
    ///   - routes: all routes of the listener.
    ///   - authenticator: `nil` if no route is for users.
    ///   - work: work that the loop does besides answering.
    ///   - reader: the reader through which the routes read; the handler ends its batches and closes it.
    package init(
        routes: [Route], _ configuration: Configuration, authenticator: (any Authenticator)? = nil,
        work: (any LoopWork)? = nil, requestIDs: RequestIDs, reader: any BatchReader
    ) {
        precondition(
            authenticator != nil || routes.allSatisfy { $0.access == .everyone },
            "routes for users need an authenticator")
        router = Router(routes)
        self.authenticator = authenticator
        hostCheck = configuration.hostCheck
        crossSiteCheck = CrossSiteCheck(allowedOrigins: configuration.allowedOrigins + configuration.sharedOrigins)
        sharing = CrossOriginSharing(origins: configuration.sharedOrigins)
        proxies = configuration.proxies
        contentCoding = ContentCoding(bodyBytesMax: configuration.bodyBytesMax)
        userReads = UserReads(
            tags: EntityTags(epoch: configuration.entityTagEpoch, sharedHash: configuration.entityTagHash),
            contentCoding: contentCoding)
        self.work = work
        self.requestIDs = requestIDs
        self.reader = reader
    }

    package var routes: [RouteName] { router.names }

    package func bodyBytesMax(of head: Request) -> Int { router.bodyBytesMax(of: head) }

    package func isProxy(_ peer: IPAddress) -> Bool { proxies.isTrusted(peer) }

    package func client(of request: Request) -> IPAddress { proxies.client(of: request) }

    package func respond(to request: Request) -> Eventual<Response, Never> {
        var fields = ResponseFields(
            requestID: requestIDs.id(of: request), grant: sharing.grant(to: request),
            client: proxies.client(of: request))
        let response: Eventual<Response, Problem>
        do throws(Problem) {
            response = try self.response(to: request, &fields)
        } catch {
            return .now(fields.added(to: error.response))
        }
        switch response {
        case .now(let response): return .now(fields.added(to: response))
        case .later(let later):
            return .later { [fields] in
                do throws(Problem) {
                    return fields.added(to: try await later())
                } catch {
                    return fields.added(to: error.response)
                }
            }
        }
    }

    package func response(to error: RequestError) -> Response {
        let fields = ResponseFields(requestID: requestIDs.id(of: error), grant: sharing.grant(to: error))
        return fields.added(to: Problem(error).response)
    }

    package func endBatch() { reader.endBatch() }

    package func begin(wake: @escaping @Sendable () -> Void) { work?.begin(wake: wake) }

    package func wakeUp() {
        // The work looks at what was committed, which the reads of this batch may not see.
        reader.endBatch()
        work?.wakeUp()
    }

    package func close() {
        work?.close()
        reader.close()
    }
}

extension APIHandler {
    private func response(
        to request: Request, _ fields: inout ResponseFields
    ) throws(Problem) -> Eventual<Response, Problem> {
        try hostCheck?.check(request)
        switch router.match(request) {
        case .route(let route):
            fields.route = route.number
            try crossSiteCheck.check(request)
            return try response(to: request, on: route)
        case .unknownPath: throw Problem(.unknownPath, "There is nothing at this path.")
        case .otherMethods(let allow):
            throw Problem(
                .methodNotAllowed, "The path has other methods: \(allow).",
                fields: [Response.Field(name: "Allow", value: allow)])
        case .options(let allow):
            var response = Response(.noContent)
            response.add("Allow", allow)
            sharing.answerPreflight(request, allow: allow, in: &response)
            return .now(response)
        }
    }

    private func response(to request: Request, on route: Route) throws(Problem) -> Eventual<Response, Problem> {
        guard let rankMin = route.access.rankMin, let authenticator else {
            return try response(to: request, on: route, of: nil)
        }
        switch try authenticator.caller(of: request) {
        case .now(let caller):
            guard let caller else { return .now(signInFirst) }
            guard caller.rank >= rankMin else { throw Problem.forbidden }
            return try response(to: request, on: route, of: caller)
        case .later(let caller):
            return .later { () async throws(Problem) in
                guard let caller = try await caller() else { return self.signInFirst }
                guard caller.rank >= rankMin else { throw Problem.forbidden }
                return try await self.response(to: request, on: route, of: caller).get()
            }
        }
    }

    private func response(
        to request: Request, on route: Route, of caller: Caller?
    ) throws(Problem) -> Eventual<Response, Problem> {
        if route.reuse == .perUser, let caller {
            return try userReads.response(to: request, of: caller, on: route)
        }
        let body =
            route.takesBody ? try contentCoding.unpackedBody(of: request, bytesMax: route.bodyBytesMax) : []
        let response = try route.answer(Call(request, body: body, from: caller))
        // A prerendered response may be packed already, and the response to a method other than GET is a line at most.
        guard route.reuse == .none, route.method == .get else { return response }
        return contentCoding.packed(response, ifPreferred: Preferences.prefersGzip(request.headers))
    }
}
