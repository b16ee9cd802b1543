import Testing

/// The ways to present a session, and its end. `ann` has points and `carl` has none, which distinguishes them.
@Suite struct SessionTests {
    static func balance(
        _ fields: [String], gives status: Int, of user: String = "ann", at location: SourceLocation = #_sourceLocation
    ) -> Scenario {
        let text = user == "ann" ? #"{"current":500.5,"withdrawn":42}"# : #"{"current":0,"withdrawn":0}"#
        return Scenario(
            "GET /api/user/balance", fields, gives: status, text: status == 200 ? text : nil, at: location)
    }

    static let cases: [Scenario] = [
        balance([], gives: 401),
        balance(["Authorization: Bearer ann"], gives: 200),
        balance(["authorization: bearer ann"], gives: 200),
        balance(["Authorization: BEARER ann"], gives: 200),
        balance(["Authorization: Bearer   ann  "], gives: 200),
        balance(["Authorization: Bearer carl"], gives: 200, of: "carl"),
        balance(["Authorization: Bearer Ann"], gives: 401),
        balance(["Authorization: Bearer nobody"], gives: 401),
        balance(["Authorization: Bearer ann x"], gives: 401),
        balance(["Authorization: Bearer \"ann\""], gives: 401),
        balance(["Authorization: Bearer"], gives: 401),
        balance(["Authorization: Bearer "], gives: 401),
        balance(["Authorization: Bearerann"], gives: 401),
        balance(["Authorization: Bearer,ann"], gives: 401),
        balance(["Authorization: Token ann"], gives: 401),
        balance(["Authorization: Basic YW5uOnNlY3JldA=="], gives: 401),
        balance(["Authorization: ann"], gives: 401),
        balance(["Authorization:"], gives: 401),
        balance(["Authorization: Bearer \u{E9}\u{FFFD}"], gives: 401),
        balance(["X-Authorization: Bearer ann"], gives: 401),
        balance(["Cookie: session=ann"], gives: 200),
        balance(["cookie: session=ann"], gives: 200),
        balance(["Cookie: theme=dark; session=carl; lang=ru"], gives: 200, of: "carl"),
        balance(["Cookie: theme=dark;session=ann"], gives: 200),
        balance(["Cookie: theme; session=ann"], gives: 200),
        balance(["Cookie: theme=dark", "Cookie: session=ann"], gives: 200),
        // Each is tried in turn: RFC 6265, section 5.4, promises servers no order of two cookies of one name.
        balance(["Cookie: session=ann; session=carl"], gives: 200),
        balance(["Cookie: session=carl; session=ann"], gives: 200, of: "carl"),
        balance(["Cookie: session=nobody; session=ann"], gives: 200),
        balance(["Cookie: session=nobody", "Cookie: session=carl"], gives: 200, of: "carl"),
        balance(["Cookie: session=; session=ann"], gives: 200),
        balance([cookies(others: 7)], gives: 200),
        balance([cookies(others: 8)], gives: 401),
        balance([cookies(others: 900)], gives: 401),
        // A repeated cookie, an empty one and one that is too long for a token are not tried, and do not count.
        balance(["Cookie: " + String(repeating: "session=nobody; ", count: 100) + "session=ann"], gives: 200),
        balance(["Cookie: " + String(repeating: "session=; ", count: 100) + "session=ann"], gives: 200),
        balance(["Cookie: session=\(String(repeating: "x", count: 129)); session=ann"], gives: 200),
        // The JDK's cookie jar, of RFC 2965.
        balance([#"Cookie: $Version="1"; session="ann""#], gives: 200),
        balance([#"Cookie: $Version="1"; session="ann"; $Path="/"; $Domain="shop.example""#], gives: 200),
        balance([#"Cookie: $Version=1; device="x"; session="carl";$Path="/""#], gives: 200, of: "carl"),
        balance([#"Cookie: session="nobody"; session="ann""#], gives: 200),
        balance([#"Cookie: session="ann"#], gives: 401),
        balance([#"Cookie: session=""ann"""#], gives: 401),
        balance([#"Cookie: session='ann'"#], gives: 401),
        balance(["Cookie: session = ann ;a=b"], gives: 200),
        balance(["Cookie: Session=ann"], gives: 401),
        balance(["Cookie: xsession=ann"], gives: 401),
        balance(["Cookie: session"], gives: 401),
        balance(["Cookie: session="], gives: 401),
        balance(["Cookie: session=ann=x"], gives: 401),
        balance(["Cookie: ann"], gives: 401),
        balance(["Cookie:"], gives: 401),
        // If a request presents both, the header counts, whether it is valid or not.
        balance(["Authorization: Bearer ann", "Cookie: session=carl"], gives: 200),
        balance(["Cookie: session=ann", "Authorization: Bearer carl"], gives: 200, of: "carl"),
        balance(["Authorization: Bearer ann", "Cookie: session=nobody"], gives: 200),
        balance(["Authorization: Bearer nobody", "Cookie: session=ann"], gives: 401),
        balance(["Authorization: Bearer nobody", "Cookie: session=ann; session=carl"], gives: 401),
        // A header of another scheme presents no token, nor does one without any.
        balance(["Authorization: Basic YW5u", "Cookie: session=ann"], gives: 200),
        balance(["Authorization: basic YW5uOnNlY3JldA==", "Cookie: session=ann"], gives: 200),
        balance(["Authorization: Digest username=\"x\", realm=\"y\"", "Cookie: session=ann"], gives: 200),
        balance(["Authorization: Negotiate", "Cookie: session=ann"], gives: 200),
        balance(["Authorization: Bearer", "Cookie: session=ann"], gives: 200),
        balance(["Authorization: Bearer ", "Cookie: session=ann"], gives: 200),
        balance(["Authorization:", "Cookie: session=ann"], gives: 200),
        balance(["Authorization: Basic YW5u", "Cookie: session=nobody"], gives: 401),
        balance(["Authorization: Basic YW5u", "Authorization: Bearer ann"], gives: 200),
        balance(["Authorization: Bearer ann", "Authorization: Basic YW5u"], gives: 200),
        balance(["Authorization: Bearer carl", "Authorization: Bearer ann"], gives: 200, of: "carl"),
    ]

    private static func cookies(others: Int) -> String {
        "Cookie: " + (0..<others).map { "session=other\($0); " }.joined() + "session=ann"
    }

    /// A bare token has the length of one, which no scheme's name has.
    @Test func aBareTokenIsAsGoodAsBearer() async {
        let api = TestAPI()
        let token = String(repeating: "aZ9-_", count: 8) + "end"
        api.addSession(token, of: "ann")
        for fields in [["Authorization: \(token)"], ["authorization:\(token)  "]] {
            await Self.balance(fields, gives: 200).run(on: api)
            await Self.balance(fields + ["Cookie: session=carl"], gives: 200).run(on: api)
        }
        let wrong = token.dropLast() + "x"
        for value in [wrong, "\(token) x", "Token \(token)", "\"\(token)\"", "\(token),", "=\(token)"] {
            await Self.balance(["Authorization: \(value)"], gives: 401).run(on: api)
        }
        await Self.balance(["Authorization: \(wrong)", "Cookie: session=ann"], gives: 401).run(on: api)
        await Scenario(
            "POST /api/user/logout", ["Authorization: \(token)", "Sec-Fetch-Site: cross-site"], gives: 204
        ).run(on: api)
        await Self.balance(["Authorization: \(token)"], gives: 401).run(on: api)
    }

    @Test func theCookieHasTheConfiguredName() async {
        let api = TestAPI { $0.cookieName = "__Host-shop" }
        let response = await SignInTests.signIn(#"{"login":"ann","password":"secret"}"#, gives: 200).run(on: api)
        #expect(response["Set-Cookie"]?.hasPrefix("__Host-shop=new-1; Path=/; ") ?? false)
        await Self.balance(["Cookie: session=ann"], gives: 401).run(on: api)
        await Self.balance(["Cookie: session=carl; __Host-shop=ann"], gives: 200).run(on: api)
        let signedOut = await Scenario("POST /api/user/logout", ["Cookie: __Host-shop=ann"], gives: 204).run(on: api)
        #expect(signedOut["Set-Cookie"]?.hasPrefix("__Host-shop=; Path=/; ") ?? false)
        let document = DescribedAPI(api.api.body(of: "/openapi.json")).document
        #expect(document["components", "securitySchemes", "cookie", "name"]?.string == "__Host-shop")
        #expect(String(decoding: api.api.body(of: "/docs"), as: UTF8.self).contains("__Host-shop"))
    }

    @Test(arguments: cases)
    func session(_ scenario: Scenario) async { await scenario.run() }

    /// Every route except register and login needs a session, whatever else is right.
    @Test(arguments: [
        Scenario("POST /api/user/logout", gives: 401),
        Scenario("POST /api/user/password", body: #"{"current":"x","new":"y"}"#, gives: 401),
        Scenario("POST /api/user/orders", body: "00", gives: 401),
        Scenario("GET /api/user/orders", gives: 401),
        Scenario("HEAD /api/user/orders", gives: 401, text: ""),
        Scenario("GET /api/user/balance", gives: 401),
        Scenario("HEAD /api/user/balance", gives: 401, text: ""),
        Scenario("POST /api/user/balance/withdraw", body: #"{"order":"18","sum":1}"#, gives: 401),
        Scenario("GET /api/user/withdrawals", gives: 401),
        Scenario("HEAD /api/user/withdrawals", gives: 401, text: ""),
    ])
    func routeAsksForASession(_ scenario: Scenario) async {
        for fields in [[], ["Authorization: Bearer nobody"], ["Cookie: session=nobody"]] {
            let shown = Scenario(
                scenario.line, fields, body: scenario.body, gives: 401, has: ["WWW-Authenticate: Bearer"],
                lacks: ["Set-Cookie"], text: scenario.text, at: scenario.location)
            await shown.run()
        }
    }

    /// A text that is longer than any token of the server is not looked up.
    @Test(arguments: [(1, 200), (127, 200), (128, 200), (129, 401), (10_000, 401)])
    func oversizedTokensAreNotLookedUp(count: Int, status: Int) async {
        let token = String(repeating: "t", count: count)
        let api = TestAPI()
        api.addSession(token, of: "ann")
        await Self.balance(["Authorization: Bearer \(token)"], gives: status).run(on: api)
        await Self.balance(["Cookie: session=\(token)"], gives: status).run(on: api)
    }

    @Test func sessionsEndThirtyDaysAfterSigningIn() async {
        let api = TestAPI()
        await SignInTests.signIn(#"{"login":"ann","password":"secret"}"#, gives: 200).run(on: api)
        let shown = [["Authorization: Bearer new-1"], ["Cookie: session=new-1"]]
        api.clock.advance(bySeconds: TestAPI.sessionSeconds)
        api.clock.advance(byMilliseconds: -1)
        for fields in shown { await Self.balance(fields, gives: 200).run(on: api) }
        api.clock.advance(byMilliseconds: 1)
        for fields in shown { await Self.balance(fields, gives: 401).run(on: api) }
    }

    /// If the session in the header has ended, the valid one in the cookie does not help.
    @Test func endedSessionCountsAsNone() async {
        let api = TestAPI()
        api.addSession("ended", of: "ann", expiresAt: api.clock.now)
        await Self.balance(["Authorization: Bearer ended"], gives: 401).run(on: api)
        await Self.balance(["Authorization: Bearer ended", "Cookie: session=ann"], gives: 401).run(on: api)
        await Self.balance(["Authorization: Bearer ann", "Cookie: session=ended"], gives: 200).run(on: api)
        let body: Body = #"{"order":"18","sum":1}"#
        await Scenario("POST /api/user/balance/withdraw", as: "ended", body: body, gives: 401).run(on: api)
    }
}
