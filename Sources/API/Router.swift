import HTTP

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
    }

    private var resources: [Resource] = []

    init(_ routes: [Route]) {
        for (number, route) in routes.enumerated() {
            route.number = number
            if let index = resources.firstIndex(where: { $0.path == route.path }) {
                precondition(
                    resources[index].routes.allSatisfy { $0.method != route.method }, "a route is described once")
                resources[index].routes.append(route)
            } else {
                resources.append(Resource(path: route.path, routes: [route]))
            }
        }
        for index in resources.indices {
            let methods = resources[index].routes.map(\.method)
            let implied: [Method] = methods.contains(.get) ? [.head, .options] : [.options]
            resources[index].allow = (methods + implied).map(\.name).joined(separator: ", ")
        }
    }

    /// HEAD is answered wherever GET is (RFC 9110, section 9.3.2).
    func match(_ request: Request) -> Match {
        if request.method == .options, request.target.equals("*") { return .options("GET, HEAD, POST, OPTIONS") }
        let path = request.path
        for index in resources.indices where path.equals(resources[index].path) {
            let method = request.method == .head ? .get : request.method
            for route in resources[index].routes where route.method == method { return .route(route) }
            let allow = resources[index].allow
            return method == .options ? .options(allow) : .otherMethods(allow)
        }
        return .unknownPath
    }
}
