import Testing

/// A listener without sessions is served under the names of its own machine, and under no foreign name.
@Suite struct HostCheckTests {
    static let cases: [(host: String, isServed: Bool)] = [
        ("localhost", true), ("localhost:8081", true), ("LOCALHOST:1", true), ("localhost.", true),
        ("shop.localhost:8081", true), ("a.b.localhost", true),
        ("127.0.0.1", true), ("127.0.0.1:8081", true), ("127.9.9.9:8081", true), ("[::1]", true), ("[::1]:8081", true),
        ("192.0.2.7:8081", true), ("10.0.0.1", true), ("[2001:db8::7]:8081", true), ("[::ffff:127.0.0.1]:80", true),
        ("accrual", true), ("accrual:8081", true), ("ACCRUAL.:8081", true), ("metrics.shop.example", true),
        ("evil.example", false), ("evil.example:8081", false), ("localhost.evil.example", false),
        ("evillocalhost", false), ("localhost.localdomain", false), ("127.0.0.1.evil.example", false),
        ("127.1", false), ("127.0.0.1.", true), ("0x7f.0.0.1", false), ("2130706433", false), ("127.0.0.01", false),
        ("accrual.evil.example", false), ("xaccrual", false), ("shop.example", false), ("localhost%2eevil", false),
        (".localhost", true), ("..", false), (".", false),
    ]

    @Test(arguments: cases)
    func host(_ host: String, isServed: Bool) async {
        let api = TestAccrualAPI(hostNames: ["Accrual", "metrics.shop.example"])
        for line in ["GET /api/orders/18", "POST /api/goods", "GET /docs", "GET /openapi.json", "OPTIONS *"] {
            let body: Body? = line.hasPrefix("POST") ? #"{"match":"x","reward":1,"reward_type":"pt"}"# : nil
            let response = await api.response(to: Scenario(line, ["Host: \(host)"], body: body, gives: 200).request)
            #expect((response.status == 421) == !isServed, "\(line) \(response.status)")
        }
        #expect(api.rewards.changeCount == (isServed ? 1 : 0))
    }

    /// The check precedes that of the path, and its detail says where a name can be added.
    @Test(arguments: ["GET /nowhere", "PUT /api/goods", "POST /api/orders"])
    func aForeignNameIsRefusedFirst(line: String) async {
        await TestAccrualAPI(hostNames: []).run(
            Scenario(
                line, ["Host: evil.example", "Sec-Fetch-Site: cross-site"], gives: 421,
                has: ["Cache-Control: no-store"],
                part: "allowed_hosts"))
    }

    /// The host of an absolute target counts (RFC 9112, section 3.2.2).
    @Test func theHostOfTheTargetCounts() async {
        let api = TestAccrualAPI(hostNames: [])
        await api.run(Scenario("GET http://evil.example/api/orders/18", ["Host: localhost"], gives: 421))
        await api.run(Scenario("GET http://localhost/api/orders/18", ["Host: evil.example"], gives: 204))
    }

    /// HTTP/1.0 may leave the field out, and no browser does.
    @Test func aRequestWithoutHostIsServed() async {
        let response = await TestAccrualAPI(hostNames: []).response(
            to: Array("GET /api/orders/18 HTTP/1.0\r\n\r\n".utf8))
        #expect(response.status == 204)
    }

    /// The customers' listener needs a session, and is served under any name that leads to it.
    @Test func theShopIsServedUnderAnyName() async {
        await Scenario("GET /api/user/balance", as: "ann", ["Host: any.example"], gives: 200).run()
    }
}
