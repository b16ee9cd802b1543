import HTTP

/// Finds the route of a request.
struct Router {
    enum Match {
        case route(Route)
        case unknownPath
        /// The path exists and lacks the method; `allow` is the value of `Allow`.
        case otherMethods(allow: String)
        /// OPTIONS for a path that exists, or for the whole server.
        case options(allow: String)
    }

    private struct Resource {
        let path: String
        /// The bytes of `path`.
        let bytes: [UInt8]
        var routes: [Route]
        var allow = ""
        /// The path before and after a segment of any text; `nil` if the route names every segment.
        let around: (prefix: [UInt8], suffix: [UInt8])?

        init(_ route: Route) {
            let path = route.path
            self.path = path
            bytes = Array(route.path.utf8)
            routes = [route]
            around = path.firstIndex(of: "{").map { start in
                let end = path[start...].firstIndex(of: "}").map { path.index(after: $0) } ?? path.endIndex
                return (Array(path[..<start].utf8), Array(path[end...].utf8))
            }
        }

        func isAt(_ path: ArraySlice<UInt8>) -> Bool {
            guard let (prefix, suffix) = around else { return path == bytes[...] }
            guard path.count > prefix.count + suffix.count, path.starts(with: prefix),
                path.suffix(suffix.count) == suffix[...]
            else { return false }
            return !path.dropFirst(prefix.count).dropLast(suffix.count).contains(UInt8(ascii: "/"))
        }
    }

    /// The names of the routes, by their numbers.
    let names: [RouteName]
    private var resources: [Resource] = []
    /// The number of bytes of each resource's path; `nil` if a segment of the path is a parameter. The numbers rule out
    /// most resources without a look at their paths, which would retain and release each of them.
    private var pathBytes: [Int?] = []
    /// The value of `Allow` for `OPTIONS *`: each method that some path has.
    private let allowSomewhere: String

    init(_ routes: [Route]) {
        names = routes.map { RouteName(method: $0.method, path: $0.shownPath) }
        let methods = [Method.get, .head, .post, .put, .delete].filter { method in
            routes.contains { $0.method == (method == .head ? .get : method) }
        }
        allowSomewhere = (methods + [.options]).map(\.name).joined(separator: ", ")
        for (number, route) in routes.enumerated() {
            route.number = number
            if let index = resources.firstIndex(where: { $0.path == route.path }) {
                precondition(
                    resources[index].routes.allSatisfy { $0.method != route.method },
                    "two routes must not have the same method and path")
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
        pathBytes = resources.map { $0.around == nil ? $0.bytes.count : nil }
    }

    /// The largest body in bytes that a request with this head may have.
    ///
    /// A request without a route may have as large a body as one whose route takes none: the server reads the whole
    /// request before it answers.
    func bodyBytesMax(of head: Request) -> Int {
        if case .route(let route) = match(head) { route.bodyBytesMax } else { Route.unreadBodyBytesMax }
    }

    /// The route of a request. A route for GET answers HEAD, too (RFC 9110, section 9.3.2).
    func match(_ request: Request) -> Match {
        if request.method == .options, request.target.equals("*") { return .options(allow: allowSomewhere) }
        let path = request.path
        for (index, count) in pathBytes.enumerated() where count == nil || count == path.count {
            guard resources[index].isAt(path) else { continue }
            let method = request.method == .head ? .get : request.method
            for route in resources[index].routes where route.method == method { return .route(route) }
            let allow = resources[index].allow
            return method == .options ? .options(allow: allow) : .otherMethods(allow: allow)
        }
        return .unknownPath
    }
}
