import HTTP
import Testing

/// Paths and methods, and the order of refusals.
@Suite struct RoutingTests {
    static let routes: [(path: String, allow: String)] = [
        ("/api/user/register", "POST, OPTIONS"),
        ("/api/user/login", "POST, OPTIONS"),
        ("/api/user/password", "POST, OPTIONS"),
        ("/api/user/orders", "POST, GET, HEAD, OPTIONS"),
        ("/api/user/orders/042", "GET, HEAD, OPTIONS"),
        ("/api/user/balance", "GET, HEAD, OPTIONS"),
        ("/api/user/balance/withdraw", "POST, OPTIONS"),
        ("/api/user/withdrawals", "GET, HEAD, OPTIONS"),
        ("/api/user/balance/withdrawals", "GET, HEAD, OPTIONS"),
        ("/api/user", "GET, HEAD, OPTIONS"),
    ]

    /// Every method of every path: a method that `Allow` lists has a route, and any other has none.
    @Test(arguments: Method.allCases, routes)
    func pathHasTheMethodsItAllows(method: Method, route: (path: String, allow: String)) async {
        let isAllowed = route.allow.split(separator: ", ").contains { $0 == method.name }
        let allow = ["Allow: \(route.allow)"]
        switch (isAllowed, method) {
        case (false, _):
            await Scenario("\(method.name) \(route.path)", as: "ann", gives: 405, has: allow).run()
        case (true, .options):
            await Scenario("OPTIONS \(route.path)", gives: 204, has: allow, lacks: ["Content-Type"], text: "").run()
        case (true, .post):
            // An empty body is neither one of the objects nor an order number.
            await Scenario("POST \(route.path)", as: "ann", gives: 400).run()
        default:
            await Scenario("\(method.name) \(route.path)", as: "ann", gives: 200).run()
        }
    }

    static let paths: [Scenario] = [
        Scenario("GET /", gives: 404),
        Scenario("GET /api", gives: 404),
        Scenario("GET /api/user", gives: 401),
        Scenario("GET /api/user/balance/withdrawals/", as: "ann", gives: 404),
        Scenario("GET /api/user/", gives: 404),
        Scenario("GET /api/user/balance/", as: "ann", gives: 404),
        Scenario("GET /api/user/balanc", as: "ann", gives: 404),
        Scenario("GET /api/user/balances", as: "ann", gives: 404),
        Scenario("GET //api/user/balance", as: "ann", gives: 404),
        Scenario("GET /api/user/Balance", as: "ann", gives: 404),
        Scenario("GET /api/orders/18", as: "ann", gives: 404),
        Scenario("GET /api/user/balance/../balance", as: "ann", gives: 404),
        Scenario("GET /api/user/balance?", as: "ann", gives: 200),
        Scenario("GET /api/user/balance?page=1&x=/y?z", as: "ann", gives: 200),
        Scenario("GET http://shop.example/api/user/balance", as: "ann", gives: 200),
        Scenario("GET http://shop.example", as: "ann", gives: 404),
        Scenario("OPTIONS *", gives: 204, has: ["Allow: GET, HEAD, POST, OPTIONS"], lacks: ["Content-Type"], text: ""),
        Scenario("OPTIONS /*", gives: 404),
        Scenario("OPTIONS http://shop.example", gives: 204),
        Scenario("GET *", gives: 400),
    ]

    @Test(arguments: paths)
    func path(_ scenario: Scenario) async { await scenario.run() }

    static let crossSite = ["Sec-Fetch-Site: cross-site", "Cookie: session=ann"]
    static let unknownCoding = ["Content-Encoding: br"]
    static let withdraw = "POST /api/user/balance/withdraw"

    static let order: [Scenario] = [
        // A request that can't be read is refused whatever its route.
        Scenario("POST /nowhere", ["Content-Length: x"], gives: 400),
        Scenario("POST /nowhere", ["Host: a", "Host: b"], gives: 400),
        Scenario("POST /nowhere", ["Content-Length: 1048577"], gives: 413),
        Scenario("PUT /api/user/orders", ["Content-Length: 1048577"], gives: 413),
        Scenario("POST /" + String(repeating: "x", count: 8192), gives: 414),
        Scenario("POST /nowhere", ["Expect: cake"], gives: 417),
        Scenario("POST /nowhere", ["X: " + String(repeating: "x", count: 16_384)], gives: 431),
        Scenario("BREW /nowhere", gives: 501),
        Scenario("CONNECT /api/user/orders", gives: 501),
        Scenario("POST /nowhere", ["Transfer-Encoding: gzip"], gives: 501),
        // 404 before 405, 403, 401 and 415.
        Scenario("DELETE /nowhere", gives: 404),
        Scenario("OPTIONS /nowhere", gives: 404, lacks: ["Allow"]),
        Scenario("POST /nowhere", crossSite + unknownCoding, body: "x", gives: 404),
        // 405 before 403, 401 and 415.
        Scenario("PUT /api/user/orders", crossSite, body: "18", gives: 405),
        Scenario("PUT /api/user/orders", body: "18", gives: 405),
        Scenario("POST /api/user/balance", crossSite + unknownCoding, body: "x", gives: 405),
        Scenario("HEAD /api/user/login", gives: 405, has: ["Allow: POST, OPTIONS"], text: ""),
        // OPTIONS before 401. It changes nothing, so its site does not matter.
        Scenario("OPTIONS /api/user/orders", crossSite, gives: 204),
        // 403 before 401, 415 and 400.
        Scenario("POST /api/user/orders", ["Sec-Fetch-Site: cross-site"], body: "18", gives: 403),
        Scenario("POST /api/user/orders", crossSite + unknownCoding, body: "x", gives: 403),
        Scenario("POST /api/user/login", crossSite, body: "{", gives: 403),
        Scenario("POST /api/user/register", crossSite + unknownCoding, body: "{", gives: 403),
        // 401 before 415, 413, 400 and 422.
        Scenario("POST /api/user/orders", unknownCoding, body: "18", gives: 401),
        Scenario("POST /api/user/orders", ["Content-Encoding: gzip"], body: "18", gives: 401),
        Scenario("POST /api/user/orders", body: "", gives: 401),
        Scenario("POST /api/user/orders", body: "12", gives: 401),
        Scenario(withdraw, body: "{", gives: 401),
        // Of the body: 415 before 400, its kind before its content, its form before its values, and these before 402.
        Scenario("POST /api/user/login", unknownCoding, body: "{", gives: 415),
        Scenario("POST /api/user/register", unknownCoding, body: #"{"login":"ann","password":"x"}"#, gives: 415),
        Scenario(withdraw, as: "ann", unknownCoding, body: #"{"order":"1","sum":0}"#, gives: 415),
        Scenario(withdraw, as: "ann", body: #"{"order":1,"sum":-1}"#, gives: 400),
        Scenario(withdraw, as: "ann", body: #"{"order":"1","sum":"x"}"#, gives: 400),
        Scenario(withdraw, as: "ann", body: #"{"order":"1","sum":1e9}"#, gives: 422),
        Scenario(withdraw, as: "ann", body: #"{"order":"75","sum":0}"#, gives: 422),
        // An order that was paid for is a conflict, whatever the sum.
        Scenario(withdraw, as: "ann", body: #"{"order":"83","sum":1e9}"#, gives: 409),
    ]

    @Test(arguments: order)
    func firstReasonCounts(_ scenario: Scenario) async { await scenario.run() }

    /// HEAD gets the head of the response to GET, and no body (RFC 9110, section 9.3.2).
    @Test(arguments: ["/api/user/orders", "/api/user/balance", "/api/user/withdrawals"])
    func headIsGetWithoutABody(path: String) async {
        for user in ["ann", "carl", "nobody"] {
            let get = await Scenario("GET \(path)", as: user, gives: status(path, user)).run()
            let head = await Scenario("HEAD \(path)", as: user, gives: get.status, text: "").run()
            #expect(head.fields == get.fields)
        }
    }

    private func status(_ path: String, _ user: String) -> Int {
        switch user {
        case "nobody": 401
        case "carl" where path != "/api/user/balance": 204
        default: 200
        }
    }

    /// GET ignores a body, however it is packed (RFC 9110, section 9.3.1).
    @Test(arguments: [
        Scenario("GET /api/user/balance", as: "ann", body: "{", gives: 200),
        Scenario("GET /api/user/balance", as: "ann", ["Content-Encoding: br"], body: "{", gives: 200),
        Scenario("GET /api/user/orders", as: "ann", ["Content-Encoding: gzip"], body: "18", gives: 200),
        Scenario("HEAD /api/user/orders", as: "ann", ["Content-Encoding: gzip"], body: "18", gives: 200),
    ])
    func bodyOfGetIsNotLookedAt(_ scenario: Scenario) async { await scenario.run() }
}
