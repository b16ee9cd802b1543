import TestSupport
import Testing

/// `POST /api/user/logout`.
@Suite struct SignOutTests {
    static let expired =
        "Set-Cookie: session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"

    private func balance(as user: String, gives status: Int, on api: TestAPI) async {
        await Scenario("GET /api/user/balance", as: user, gives: status).run(on: api)
    }

    @Test func theShownSessionEndsAndNoOther() async {
        let api = TestAPI()
        api.addSession("phone", of: "ann")
        for session in ["ann", "phone", "bob"] { await balance(as: session, gives: 200, on: api) }
        await Scenario(
            "POST /api/user/logout", as: "ann", gives: 204, has: [Self.expired, "Cache-Control: no-store"],
            lacks: ["Authorization"]
        ).run(on: api)
        await balance(as: "ann", gives: 401, on: api)
        for session in ["phone", "bob"] { await balance(as: session, gives: 200, on: api) }
        await Scenario("POST /api/user/logout", as: "ann", gives: 401, lacks: ["Set-Cookie"]).run(on: api)
    }

    @Test func aCookieIsAsGood() async {
        let api = TestAPI()
        await Scenario("POST /api/user/logout", ["Cookie: session=ann"], gives: 204, has: [Self.expired]).run(on: api)
        await balance(as: "ann", gives: 401, on: api)
    }

    /// Of several cookies, the one that names a session ends it.
    @Test func theCookieThatWasFoundEnds() async {
        let api = TestAPI()
        let cookies = ["Cookie: session=other; session=ann; session=bob"]
        await Scenario("POST /api/user/logout", cookies, gives: 204, has: [Self.expired]).run(on: api)
        await balance(as: "ann", gives: 401, on: api)
        await balance(as: "bob", gives: 200, on: api)
    }

    /// If a request presents both, the header counts.
    @Test func theHeadersSessionEndsAndNotTheCookies() async {
        let api = TestAPI()
        await Scenario("POST /api/user/logout", as: "ann", ["Cookie: session=bob"], gives: 204).run(on: api)
        await balance(as: "ann", gives: 401, on: api)
        await balance(as: "bob", gives: 200, on: api)
    }

    @Test func aSecureCookieIsRemovedAsSuch() async {
        let api = TestAPI { $0.cookieIsSecure = true }
        await Scenario("POST /api/user/logout", as: "ann", gives: 204, has: [Self.expired + "; Secure"]).run(on: api)
    }

    @Test func aFailedSignOutEndsNoSession() async {
        let api = TestAPI()
        await balance(as: "ann", gives: 200, on: api)
        api.repository.failure = .unavailable(retryAfterSeconds: 3)
        await Scenario("POST /api/user/logout", as: "ann", gives: 503, lacks: ["Set-Cookie"]).run(on: api)
        api.repository.failure = nil
        await balance(as: "ann", gives: 200, on: api)
    }

    /// The route takes no body, so a body is ignored and so is its type. A client that sends `{}` with each POST, or a
    /// form, signs out like any other.
    @Test(
        arguments: [
            nil, "application/json", "application/json; charset=utf-8", "text/plain", "text/html", "image/png",
            "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nothing/like-this", "no type", "",
        ] as [String?],
        ["", "{}", "{", #"{"login":"bob"}"#, "a=b&c=d", "\u{0}", Body([UInt8](repeating: 0x78, count: 8192))] as [Body])
    func aBodyOfAnyTypeIsIgnored(type: String?, body: Body) async {
        let api = TestAPI()
        let fields = type.map { ["Content-Type: \($0)"] } ?? []
        await Scenario("POST /api/user/logout", as: "ann", fields, body: body, gives: 204, has: [Self.expired]).run(
            on: api)
        await balance(as: "ann", gives: 401, on: api)
        await balance(as: "bob", gives: 200, on: api)
    }

    @Test func anotherSiteCannotSignAUserOut() async {
        await Scenario("POST /api/user/logout", ["Cookie: session=ann", "Sec-Fetch-Site: cross-site"], gives: 403).run()
    }
}
