import Testing

/// A request gets the same response however it was torn on the way.
@Suite struct TornRequestTests {
    static let chunked = ["Transfer-Encoding: chunked"]

    /// Requests, and bytes that follow a head without a length.
    static let requests: [(scenario: Scenario, rest: String)] = [
        (Scenario("POST /api/user/register", body: #"{"login":"dave","password":"p"}"#, gives: 200), ""),
        (Scenario("POST /api/user/login", body: #"{"login":"ann","password":"secret"}"#, gives: 200), ""),
        (Scenario("POST /api/user/orders", as: "ann", body: " 00\r\n", gives: 202), ""),
        (Scenario("POST /api/user/orders", as: "ann", PackedBodyTests.gzip, body: .gzip("00"), gives: 202), ""),
        (Scenario("POST /api/user/orders", as: "ann", chunked, gives: 202), "1\r\n0\r\n1\r\n0\r\n0\r\n\r\n"),
        (
            Scenario("POST /api/user/balance/withdraw", as: "ann", body: #"{"order":"18","sum":0.5}"#, gives: 200), ""
        ),
        (Scenario("GET /api/user/orders", ["Cookie: session=ann"], gives: 200), ""),
        (Scenario("HEAD /api/user/withdrawals", as: "ann", gives: 200), ""),
        (Scenario("OPTIONS *", gives: 204), ""),
        (Scenario("POST /api/user/orders", as: "ann", body: "17", gives: 422), ""),
    ]

    @Test(arguments: requests)
    func answerIsTheSameHoweverTheRequestIsTorn(scenario: Scenario, rest: String) async {
        let bytes = scenario.request + Array(rest.utf8)
        let whole = await TestAPI().response(to: bytes)
        #expect(whole.status == scenario.status)
        for split in 1..<bytes.count {
            let torn = await TestAPI().response(to: [bytes[..<split], bytes[split...]])
            #expect(torn == whole, "split at \(split)")
        }
        let dripped = await TestAPI().response(to: bytes.indices.map { bytes[$0...$0] })
        #expect(dripped == whole)
    }
}
