import HTTP
import Web

/// Finds the route of a request.
struct Router {
    enum Match {
        case route(Route)
        case unknownPath
        /// The path has other methods, as `Allow` lists them.
        case otherMethods(String)
        /// The path is there and OPTIONS asks what it can.
        case options(String)
    }

    private struct Resource {
        let path: String
        var routes: [Route]
        var allow = ""
        /// The path up to the segment that may be any; nil where there is none.
        let prefix: [UInt8]?

        init(_ route: Route) {
            path = route.path
            routes = [route]
            prefix = route.endsInAnySegment ? Array(path.utf8.prefix { $0 != UInt8(ascii: "{") }) : nil
        }

        func isAt(_ path: ArraySlice<UInt8>) -> Bool {
            guard let prefix else { return path.equals(self.path) }
            let segment = path.dropFirst(prefix.count)
            return path.starts(with: prefix) && !segment.isEmpty && !segment.contains(UInt8(ascii: "/"))
        }
    }

    /// The routes' names, by their numbers.
    let names: [RouteName]
    private var resources: [Resource] = []
    /// What `OPTIONS *` is told: each method that some path has.
    private let allowSomewhere: String

    init(_ routes: [Route]) {
        names = routes.map { RouteName(method: $0.method, path: $0.path) }
        let methods = [Method.get, .head, .post, .delete].filter { method in
            routes.contains { $0.method == (method == .head ? .get : method) }
        }
        allowSomewhere = (methods + [.options]).map(\.name).joined(separator: ", ")
        for (number, route) in routes.enumerated() {
            route.number = number
            if let index = resources.firstIndex(where: { $0.path == route.path }) {
                precondition(
                    resources[index].routes.allSatisfy { $0.method != route.method }, "a route is described once")
                resources[index].routes.append(route)
            } else {
                resources.append(Resource(route))
            }
        }
        for index in resources.indices {
            let methods = resources[index].routes.map(\.method)
            let implied: [Method] = methods.contains(.get) ? [.head, .options] : [.options]
            resources[index].allow = (methods + implied).map(\.name).joined(separator: ", ")
        }
    }

    /// The largest body that a request with this head may have. A request for no route may have as large a body as one for
    /// a route that reads none: it is framed as a whole before it is answered.
    func bodyBytesMax(of head: Request) -> Int {
        if case .route(let route) = match(head) { route.bodyBytesMax } else { BodyLimit.unreadBytes }
    }

    /// HEAD is answered wherever GET is (RFC 9110, section 9.3.2).
    func match(_ request: Request) -> Match {
        if request.method == .options, request.target.equals("*") { return .options(allowSomewhere) }
        let path = request.path
        for index in resources.indices where resources[index].isAt(path) {
            let method = request.method == .head ? .get : request.method
            for route in resources[index].routes where route.method == method { return .route(route) }
            let allow = resources[index].allow
            return method == .options ? .options(allow) : .otherMethods(allow)
        }
        return .unknownPath
    }
}

extension Router {
    /// Decides on the host, the path, the method and the site, in this order, and has the route answer what gets through.
    ///
    /// - Parameter hostCheck: `nil` for a listener that is served under any name.
    func outcome(
        of request: Request, _ crossSiteCheck: CrossSiteCheck, _ sharing: CrossOriginSharing = .off,
        hostCheck: HostCheck? = nil, on answer: (Route) throws(Problem) -> Outcome
    ) -> Outcome {
        do throws(Problem) {
            try hostCheck?.check(request)
            switch match(request) {
            case .route(let route):
                try crossSiteCheck.check(request)
                return try answer(route)
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
        } catch {
            return .now(error.response)
        }
    }
}
