import Testing

/// A request that a browser sends from another site changes nothing.
@Suite struct CrossSiteTests {
    /// A POST with the session in a cookie, as a browser sends it.
    static func post(
        _ fields: [String], to host: String = "shop.example", gives status: Int,
        at location: SourceLocation = #_sourceLocation
    ) -> Scenario {
        let fields = ["Host: \(host)", "Cookie: session=ann"] + fields
        return Scenario("POST /api/user/orders", fields, body: "00", gives: status, at: location)
    }

    static let fetchSites: [Scenario] = [
        post([], gives: 202),
        post(["Sec-Fetch-Site: same-origin"], gives: 202),
        post(["Sec-Fetch-Site: none"], gives: 202),
        post(["Sec-Fetch-Site: same-site"], gives: 403),
        post(["Sec-Fetch-Site: cross-site"], gives: 403),
        post(["sec-fetch-site: Cross-Site"], gives: 403),
        post(["Sec-Fetch-Site: SAME-SITE"], gives: 403),
        // One of the two reasons is enough.
        post(["Sec-Fetch-Site: cross-site", "Origin: http://shop.example"], gives: 403),
        post(["Sec-Fetch-Site: same-site", "Origin: http://shop.example"], gives: 403),
        // No page can set the field, and a proxy may have changed Host: the browser's word decides.
        post(["Sec-Fetch-Site: same-origin", "Origin: https://public.example"], to: "10.0.0.7:8080", gives: 202),
        post(["Sec-Fetch-Site: Same-Origin", "Origin: https://public.example"], to: "backend", gives: 202),
        post(["Sec-Fetch-Site: none", "Origin: null"], gives: 202),
        post(["Sec-Fetch-Site: same-origin", "Origin: https://shop.example"], gives: 202),
        post(["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none"], gives: 202),
        // A value that the server does not know is ignored.
        post(["Sec-Fetch-Site: some-site", "Origin: https://shop.example"], gives: 202),
        post(["Sec-Fetch-Site: some-site", "Origin: https://evil.example"], gives: 403),
        post(["Sec-Fetch-Site:", "Origin: https://evil.example"], gives: 403),
        post(["Sec-Fetch-Site: same-origin, cross-site", "Origin: https://evil.example"], gives: 403),
        post(["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: x", "Origin: https://evil.example"], gives: 403),
        // Of two fields, the one that refuses decides.
        post(["Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-origin"], gives: 403),
        post(["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"], gives: 403),
    ]

    static let origins: [Scenario] = [
        post(["Origin: http://shop.example"], gives: 202),
        post(["Origin: https://shop.example"], gives: 202),
        post(["Origin: HTTPS://Shop.EXAMPLE"], gives: 202),
        post(["Origin: https://shop.example"], to: "SHOP.example", gives: 202),
        post(["Origin: null"], gives: 403),
        post(["Origin:"], gives: 403),
        post(["Origin: http://"], gives: 403),
        post(["Origin: shop.example"], gives: 403),
        post(["Origin: ftp://shop.example"], gives: 403),
        post(["Origin: file://"], gives: 403),
        post(["Origin: http://evil.example"], gives: 403),
        post(["Origin: http://shop.example.evil.example"], gives: 403),
        post(["Origin: http://evil.shop.example"], gives: 403),
        post(["Origin: http://evilshop.example"], gives: 403),
        post(["Origin: http://shop.exampl"], gives: 403),
        post(["Origin: http://shop.example@evil.example"], gives: 403),
        post(["Origin: http://evil.example/shop.example"], gives: 403),
        post(["Origin: http://shop.example http://evil.example"], gives: 403),
        post(["Origin: http://shop.example", "Origin: http://evil.example"], gives: 403),
        post(["Origin: http://evil.example", "Origin: http://shop.example"], gives: 403),
        // The scheme's default port may be left out. Another port makes another origin.
        post(["Origin: http://shop.example:80"], gives: 202),
        post(["Origin: https://shop.example:443"], gives: 202),
        post(["Origin: http://shop.example"], to: "shop.example:80", gives: 202),
        post(["Origin: https://shop.example"], to: "shop.example:443", gives: 202),
        post(["Origin: http://shop.example:443"], gives: 403),
        post(["Origin: https://shop.example:80"], gives: 403),
        post(["Origin: http://shop.example:8080"], gives: 403),
        post(["Origin: http://shop.example"], to: "shop.example:8080", gives: 403),
        post(["Origin: http://shop.example:8081"], to: "shop.example:8080", gives: 403),
        post(["Origin: http://shop.example:8080"], to: "shop.example:8080", gives: 202),
        post(["Origin: http://127.0.0.1:8080"], to: "127.0.0.1:8080", gives: 202),
        post(["Origin: http://localhost:8080"], to: "127.0.0.1:8080", gives: 403),
        post(["Origin: http://[::1]:8080"], to: "[::1]:8080", gives: 202),
        post(["Origin: http://[::1]"], to: "[::1]:80", gives: 202),
        post(["Origin: http://[::2]:8080"], to: "[::1]:8080", gives: 403),
    ]

    /// The page that an old browser names, if the request has neither of the other fields.
    static let referrers: [Scenario] = [
        post(["Referer: http://shop.example/orders?a=b#c"], gives: 202),
        post(["Referer: https://SHOP.example"], gives: 202),
        post(["Referer: https://shop.example:443/"], gives: 202),
        post(["Referer: http://[::1]:8080/a"], to: "[::1]:8080", gives: 202),
        post(["Referer: https://evil.example/"], gives: 403),
        post(["Referer: https://evil.example/http://shop.example/"], gives: 403),
        post(["Referer: https://shop.example.evil.example/"], gives: 403),
        post(["Referer: https://shop.example@evil.example/"], gives: 403),
        post(["Referer: https://evil.example?https://shop.example"], gives: 403),
        post(["Referer: https://evil.example#https://shop.example"], gives: 403),
        post(["Referer: https://shop.example:8080/"], gives: 403),
        post(["Referer: /orders"], gives: 403),
        post(["Referer: about:blank"], gives: 403),
        post(["Referer:"], gives: 403),
        post(["Referer: http://shop.example/", "Referer: http://evil.example/"], gives: 403),
        // The other fields decide if there is one.
        post(["Referer: https://evil.example/", "Sec-Fetch-Site: same-origin"], gives: 202),
        post(["Referer: https://evil.example/", "Origin: http://shop.example"], gives: 202),
        post(["Referer: http://shop.example/", "Origin: http://evil.example"], gives: 403),
        post(["Referer: http://shop.example/", "Sec-Fetch-Site: cross-site"], gives: 403),
    ]

    @Test(arguments: fetchSites + origins + referrers)
    func siteOfARequest(_ scenario: Scenario) async { await scenario.run() }

    static let evil = ["Sec-Fetch-Site: cross-site", "Origin: http://evil.example"]

    private static let bare = String(repeating: "x", count: 43)
    private static let signIn: Body = #"{"login":"ann","password":"secret"}"#

    static let exempt: [Scenario] = [
        // A browser adds no Authorization on its own, but it does add cookies.
        Scenario("POST /api/user/orders", as: "ann", evil, body: "00", gives: 202),
        Scenario("POST /api/user/orders", as: "ann", ["Origin: null"], body: "00", gives: 202),
        Scenario("POST /api/user/orders", as: "nobody", evil, body: "00", gives: 401),
        Scenario("POST /api/user/orders", ["authorization: bearer   ann"] + evil, body: "00", gives: 202),
        Scenario("POST /api/user/orders", ["Authorization: \(bare)"] + evil, body: "00", gives: 401),
        // It also adds the credentials that its user once gave a proxy. They exempt nothing.
        Scenario("POST /api/user/orders", ["Authorization: Basic YW5uOnNlY3JldA=="] + evil, body: "00", gives: 403),
        Scenario(
            "POST /api/user/login", ["Authorization: Basic YW5u"] + evil, body: signIn, gives: 403,
            lacks: ["Set-Cookie"]),
        Scenario("POST /api/user/login", ["Authorization: Digest x=\"y\"", "Origin: null"], body: signIn, gives: 403),
        Scenario("POST /api/user/login", ["Authorization: Negotiate"] + evil, body: signIn, gives: 403),
        Scenario("POST /api/user/login", ["Authorization: Bearer"] + evil, body: signIn, gives: 403),
        Scenario("POST /api/user/login", ["Authorization:"] + evil, body: signIn, gives: 403),
        Scenario("POST /api/user/login", ["Authorization: Basic YW5u"], body: signIn, gives: 200),
        Scenario("POST /api/user/login", ["Authorization: Bearer x"] + evil, body: signIn, gives: 200),
        Scenario("POST /api/user/orders", as: "ann", evil + ["Cookie: session=ann"], body: "00", gives: 403),
        Scenario("POST /api/user/orders", as: "ann", evil + ["Cookie: theme=dark"], body: "00", gives: 403),
        Scenario("POST /api/user/orders", evil, body: "00", gives: 403),
        // A request that changes nothing is answered whatever the site.
        Scenario("GET /api/user/orders", evil + ["Cookie: session=ann"], gives: 200),
        Scenario("GET /api/user/balance", ["Origin: null", "Cookie: session=ann"], gives: 200),
        Scenario("HEAD /api/user/withdrawals", evil + ["Cookie: session=ann"], gives: 200),
        Scenario("OPTIONS /api/user/orders", evil, gives: 204, lacks: ["Access-Control-Allow-Origin"]),
    ]

    @Test(arguments: exempt)
    func exemption(_ scenario: Scenario) async { await scenario.run() }

    /// Every POST is checked, also one that needs no session: signing in as another user is a change, too.
    @Test(arguments: ["register", "login", "orders", "balance/withdraw"])
    func everyPostIsLookedAt(name: String) async {
        for fields in [["Origin: http://evil.example"], ["Sec-Fetch-Site: cross-site"], ["Origin: null"]] {
            let body: Body = #"{"login":"ann","password":"secret","order":"18","sum":1}"#
            await Scenario(
                "POST /api/user/\(name)", fields + ["Cookie: session=ann"], body: body, gives: 403,
                lacks: ["Set-Cookie", "Authorization"], part: "another site"
            ).run()
        }
    }

    /// The detail names both hosts as far as they are hosts: no paths, no scripts, and no more than a name may have.
    static let details: [(origin: String, host: String, part: String)] = [
        ("https://shop.example", "10.0.0.7:8080", "the Origin is shop.example, the Host is 10.0.0.7:8080."),
        ("https://shop.example:8443", "shop.example", "the Origin is shop.example:8443, the Host is shop.example."),
        ("http://[::1]:3000", "[::1]:8080", "the Origin is [::1]:3000, the Host is [::1]:8080."),
        ("capacitor://localhost", "localhost", "the Origin is localhost (capacitor), the Host is localhost."),
        ("null", "shop.example", "the Origin is null, the Host is shop.example."),
        ("https://a.example/<script>", "shop.example", "the Origin is not readable, the Host is shop.example."),
        ("https://a\"b", "shop.example", "the Origin is not readable,"),
        ("https://é.example", "shop.example", "the Origin is not readable,"),
        ("https://\(String(repeating: "a", count: 300))", "shop.example", "the Origin is not readable,"),
        ("https://a.example", "a%22b'c", "the Origin is a.example, the Host is not readable."),
        ("https://a.example", String(repeating: "h", count: 300), "the Origin is a.example, the Host is not readable."),
        ("", "shop.example", "the Origin is not readable,"),
    ]

    @Test(arguments: details)
    func theRefusalNamesBothHosts(origin: String, host: String, part: String) async {
        let response = await Self.post(["Origin: \(origin)"], to: host, gives: 403).run()
        #expect(response.text.contains(part), "\(response.text)")
        #expect(response.text.contains("another site") && response.text.contains("http.allowed_origins"))
    }

    @Test func aRefusalByFetchMetadataNamesBothHosts() async {
        let cases = [(["Origin: https://evil.example"], "the Origin is evil.example,"), ([], "the Origin is missing,")]
        for (fields, part) in cases {
            await Scenario(
                "POST /api/user/logout", fields + ["Sec-Fetch-Site: cross-site"], gives: 403,
                part: part + " the Host is shop.example."
            ).run()
        }
    }

    static let appOrigins = [
        "capacitor://localhost", "ionic://localhost", "app://-", "file://", "tauri://localhost", "http://localhost",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "https://app.example:443", "http://app.example:80",
    ]

    /// Browsers leave out the scheme's default port, whatever the owner wrote.
    @Test(arguments: appOrigins)
    func anyOriginCanBeAllowed(origin: String) async {
        let sent = origin.replacing(/:(443|80)$/, with: "")
        for fields in [["Origin: \(sent)"], ["Origin: \(sent)", "Sec-Fetch-Site: cross-site"]] {
            await Self.post(fields, gives: 403).run()
            await Self.post(fields, gives: 202).run(on: TestAPI { $0.allowedOrigins = [origin] })
            let response = await Self.post(fields, gives: 202).run(on: TestAPI { $0.sharedOrigins = [origin] })
            #expect(response["Access-Control-Allow-Origin"] == sent)
        }
        await Self.post(["Origin: \(sent)x"], gives: 403).run(on: TestAPI { $0.allowedOrigins = [origin] })
    }

    static let allowed: [Scenario] = [
        post(["Origin: https://app.example"], gives: 202),
        post(["Origin: HTTPS://APP.example"], gives: 202),
        post(["Sec-Fetch-Site: cross-site", "Origin: https://app.example"], gives: 202),
        post(["Sec-Fetch-Site: same-site", "Origin: https://app.example"], gives: 202),
        post(["Origin: http://other.example:8080"], gives: 202),
        post(["Origin: https://shop.example"], gives: 202),
        post(["Origin: http://app.example"], gives: 403),
        post(["Origin: https://app.example:444"], gives: 403),
        post(["Origin: https://app.example.evil.example"], gives: 403),
        post(["Origin: https://x.app.example"], gives: 403),
        post(["Origin: http://other.example"], gives: 403),
        post(["Origin: null"], gives: 403),
        post(["Origin: https://app.example", "Origin: http://evil.example"], gives: 403),
        post(["Origin: http://evil.example", "Origin: https://app.example"], gives: 403),
        post(["Sec-Fetch-Site: cross-site"], gives: 403),
        post(["Sec-Fetch-Site: cross-site", "Origin: https://shop.example"], gives: 403),
    ]

    @Test(arguments: allowed)
    func configuredOrigin(_ scenario: Scenario) async {
        await scenario.run(on: TestAPI { $0.allowedOrigins = ["https://App.example", "http://other.example:8080"] })
    }

    /// HTTP/1.0 may leave out Host. Then no origin is known to be the server's own.
    @Test(arguments: [([], 202), (["Origin: http://shop.example"], 403), (["Origin: null"], 403)] as [([String], Int)])
    func requestWithoutHost(fields: [String], status: Int) async {
        let head = ["POST /api/user/orders HTTP/1.0", "Cookie: session=ann", "Content-Length: 2"] + fields
        let response = await TestAPI().response(to: Array((head + ["", "00"]).joined(separator: "\r\n").utf8))
        #expect(response.status == status)
    }
}
