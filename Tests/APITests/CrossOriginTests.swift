import Storage
import Testing

/// Pages of named origins may call the API from a browser, and read its responses.
@Suite struct CrossOriginTests {
    private static let origin = "Origin: https://app.example"
    private static let fields = [
        "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers",
        "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age",
    ]
    private static let granted = [
        "Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Credentials: true",
        "Access-Control-Expose-Headers: Authorization, ETag, Link, Retry-After, X-Request-Id", "Vary: Origin",
    ]

    private static func api() -> TestAPI {
        TestAPI { $0.sharedOrigins = ["https://App.example", "http://other.example:8080"] }
    }

    static let responses: [Scenario] = [
        Scenario("GET /api/user/balance", as: "ann", [origin], gives: 200, has: granted),
        Scenario("HEAD /api/user/orders", as: "ann", [origin], gives: 200, has: granted),
        Scenario("GET /api/user/orders", as: "carl", [origin], gives: 204, has: granted),
        Scenario("GET /api/user/balance", as: "ann", [origin, "If-None-Match: *"], gives: 304, has: granted),
        Scenario("GET /api/user/balance", [origin], gives: 401, has: granted),
        Scenario("GET /nowhere", [origin], gives: 404, has: granted),
        Scenario("PUT /api/user/login", [origin], gives: 405, has: granted),
        Scenario("POST /api/user/login", [origin], body: "{", gives: 400, has: granted),
        Scenario(
            "POST /api/user/login", [origin], body: #"{"login":"ann","password":"secret"}"#, gives: 200, has: granted),
        // An origin that may read may also change.
        Scenario(
            "POST /api/user/orders", [origin, "Sec-Fetch-Site: cross-site", "Cookie: session=ann"], body: "00",
            gives: 202, has: granted),
        Scenario(
            "GET /api/user/ledger", as: "ann", [origin], gives: 204,
            has: [granted[0], "Vary: Accept, Origin"]),
        Scenario(
            "GET /api/user/balance", as: "ann", ["Origin: http://other.example:8080"], gives: 200,
            has: ["Access-Control-Allow-Origin: http://other.example:8080"]),
        // The origin is as the browser wrote it, since the browser compares.
        Scenario(
            "GET /api/user/balance", as: "ann", ["Origin: HTTPS://app.EXAMPLE"], gives: 200,
            has: ["Access-Control-Allow-Origin: HTTPS://app.EXAMPLE"]),
    ]

    @Test(arguments: responses)
    func anAllowedOriginMayRead(_ scenario: Scenario) async { await scenario.run(on: Self.api()) }

    /// A cache that has the response for one origin must not give it to another, so all of them have `Vary`.
    @Test(arguments: [
        [], ["Origin: null"], ["Origin: *"], ["Origin:"], ["Origin: http://app.example"],
        ["Origin: https://app.example:444"], ["Origin: https://x.app.example"], ["Origin: https://app.example.evil"],
        ["Origin: https://app.example/"], ["Origin: https://app.example https://app.example"],
        [origin, origin], ["Origin: http://evil.example", origin],
    ])
    func anyOtherMayNot(fields: [String]) async {
        for line in ["GET /api/user/balance", "OPTIONS /api/user/orders", "GET /nowhere"] {
            let status = line.hasPrefix("OPTIONS") ? 204 : line.hasSuffix("nowhere") ? 404 : 200
            await Scenario(
                line, as: "ann", fields + ["Access-Control-Request-Method: GET"], gives: status, has: ["Vary: Origin"],
                lacks: Self.fields
            ).run(on: Self.api())
        }
    }

    private static let preflight = [origin, "Access-Control-Request-Method: POST"]

    @Test(arguments: [
        ("/api/user/orders", "POST, GET, HEAD, OPTIONS"), ("/api/user/balance", "GET, HEAD, OPTIONS"),
        ("/api/user/orders/18", "GET, HEAD, OPTIONS"), ("/api/user/login", "POST, OPTIONS"),
    ])
    func preflightListsTheMethodsOfThePath(path: String, methods: String) async {
        await Scenario(
            "OPTIONS \(path)", Self.preflight + ["Access-Control-Request-Headers: authorization"], gives: 204,
            has: Self.granted + [
                "Allow: \(methods)", "Access-Control-Allow-Methods: \(methods)",
                "Access-Control-Allow-Headers: "
                    + "Authorization, Content-Type, Content-Encoding, If-None-Match, Last-Event-ID, X-Request-Id",
                "Access-Control-Max-Age: 7200",
            ], text: ""
        ).run(on: Self.api())
    }

    /// Tracing, polyfills and libraries add fields of their own, which the server ignores.
    @Test(arguments: [
        ("traceparent, sentry-trace,baggage", ", traceparent, sentry-trace, baggage"),
        ("authorization, x-requested-with, CONTENT-TYPE", ", x-requested-with"), ("", ""), (" , ,", ""),
        ("a b, c:d, é, x@y, ok", ", ok"), (String(repeating: "x", count: 65) + ", y", ", y"),
        (
            (0..<100).map { "f\($0)" }.joined(separator: ","),
            (0..<32).map { ", f\($0)" }.joined()
        ),
    ])
    func preflightAllowsTheFieldsThatThePageWants(wanted: String, added: String) async {
        let known = "Authorization, Content-Type, Content-Encoding, If-None-Match, Last-Event-ID, X-Request-Id"
        let fields = Self.preflight + ["Access-Control-Request-Headers: \(wanted)"]
        let response = await Scenario("OPTIONS /api/user/orders", fields, gives: 204).run(on: Self.api())
        #expect(response["Access-Control-Allow-Headers"] == known + added)
        let stranger = ["Origin: https://evil.example"] + fields.dropFirst()
        await Scenario("OPTIONS /api/user/orders", stranger, gives: 204, lacks: Self.fields).run(on: Self.api())
    }

    @Test func anOPTIONSWithoutPreflightStaysTheSame() async {
        await Scenario(
            "OPTIONS /api/user/orders", [Self.origin], gives: 204, has: Self.granted,
            lacks: ["Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"]
        ).run(on: Self.api())
    }

    /// A kept response is kept for all origins.
    @Test func aKeptResponseHasTheFieldsOfEachOrigin() async {
        let api = Self.api()
        for _ in 0..<2 {
            await Scenario("GET /api/user/balance", as: "ann", [Self.origin], gives: 200, has: Self.granted).run(
                on: api)
            await Scenario(
                "GET /api/user/balance", as: "ann", gives: 200, has: ["Vary: Origin"], lacks: Self.fields
            ).run(on: api)
        }
    }

    @Test(arguments: ["GET /api/user/balance", "OPTIONS /api/user/balance", "GET /nowhere"])
    func noResponseMentionsSharingIfItIsOff(line: String) async {
        let status = line.hasPrefix("OPTIONS") ? 204 : line.hasSuffix("nowhere") ? 404 : 200
        await Scenario(line, as: "ann", Self.preflight, gives: status, lacks: Self.fields + ["Vary"]).run()
    }
}
