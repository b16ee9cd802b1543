import Loyalty
import Rewards
import Testing

/// The API of the built-in accrual system.
@Suite struct AccrualAPITests {
    static func rule(
        _ body: Body, gives status: Int, part: String? = nil, at location: SourceLocation = #_sourceLocation
    ) -> Scenario {
        Scenario("POST /api/goods", body: body, gives: status, part: part, at: location)
    }

    static func receipt(
        _ body: Body, gives status: Int, part: String? = nil, at location: SourceLocation = #_sourceLocation
    ) -> Scenario {
        Scenario("POST /api/orders", body: body, gives: status, part: part, at: location)
    }

    static let long = String(repeating: "x", count: RewardRule.matchBytesMax)
    static let json = ["Content-Type: application/json"]
    static let rules =
        #"[{"match":"Bork","reward":10,"reward_type":"%"},{"match":"/a b%","reward":5,"reward_type":"pt"}]"#

    static let cases: [Scenario] = [
        rule(#"{"match":"LG","reward":7.25,"reward_type":"%"}"#, gives: 200),
        rule(#"{"match":"bork","reward":1,"reward_type":"pt","more":null}"#, gives: 200),
        rule(#"{"match":"a","reward":0.000001,"reward_type":"pt"}"#, gives: 200),
        rule(#"{"match":"a","reward":1e3,"reward_type":"%"}"#, gives: 200),
        rule("{\"match\":\"\(long)\",\"reward\":1,\"reward_type\":\"%\"}", gives: 200),
        rule(.gzip(#"{"match":"LG","reward":7,"reward_type":"%"}"#), gives: 400, part: "not JSON"),
        rule(#"{"match":"Bork","reward":1,"reward_type":"pt"}"#, gives: 409, part: "a rule for this match"),
        rule(#"{"match":"","reward":1,"reward_type":"pt"}"#, gives: 400, part: "empty"),
        rule("{\"match\":\"\(long)x\",\"reward\":1,\"reward_type\":\"%\"}", gives: 400, part: "longer than"),
        rule(#"{"match":"a\u0000","reward":1,"reward_type":"pt"}"#, gives: 400, part: "U+0000"),
        rule(#"{"match":"a","reward":0,"reward_type":"pt"}"#, gives: 400, part: "not above zero"),
        rule(#"{"match":"a","reward":-1,"reward_type":"pt"}"#, gives: 400, part: "not above zero"),
        rule(#"{"match":"a","reward":0.0000001,"reward_type":"pt"}"#, gives: 400, part: "more than 6 decimal places"),
        rule(#"{"match":"a","reward":1e13,"reward_type":"pt"}"#, gives: 400, part: "too large"),
        rule(#"{"match":"a","reward":1e999,"reward_type":"pt"}"#, gives: 400, part: "too large"),
        rule(#"{"match":"a","reward":"1","reward_type":"pt"}"#, gives: 400, part: "not a number"),
        rule(#"{"match":"a","reward":1,"reward_type":"rub"}"#, gives: 400, part: "reward_type"),
        rule(#"{"match":"a","reward":1}"#, gives: 400, part: "reward_type"),
        rule(#"{"match":7,"reward":1,"reward_type":"%"}"#, gives: 400, part: "match"),
        rule(#"{"reward":1,"reward_type":"%"}"#, gives: 400, part: "match"),
        rule(#"["match"]"#, gives: 400, part: "not a JSON object"),
        rule("", gives: 400, part: "not JSON"),

        Scenario("GET /api/goods", gives: 200, has: json, text: rules),
        Scenario("HEAD /api/goods", gives: 200, has: json + ["Content-Length: \(rules.utf8.count)"], text: ""),
        Scenario("OPTIONS /api/goods", gives: 204, has: ["Allow: POST, GET, HEAD, OPTIONS"]),
        Scenario("OPTIONS *", gives: 204, has: ["Allow: GET, HEAD, POST, DELETE, OPTIONS"]),
        Scenario("PUT /api/goods", gives: 405, has: ["Allow: POST, GET, HEAD, OPTIONS"]),
        Scenario("GET /api/goods/Bork", gives: 405, has: ["Allow: DELETE, OPTIONS"]),

        Scenario("DELETE /api/goods/Bork", gives: 204),
        Scenario("DELETE /api/goods/B%6frk?x", gives: 204),
        Scenario("DELETE /api/goods/%2Fa%20b%25", gives: 204),
        Scenario("DELETE /api/goods/bork", gives: 404, part: "no rule"),
        Scenario("DELETE /api/goods/%252Fa", gives: 404, part: "no rule"),
        Scenario("DELETE /api/goods/%ff", gives: 400, part: "not UTF-8"),
        Scenario("DELETE /api/goods/%zz", gives: 400),
        Scenario("DELETE /api/goods/", gives: 404, part: "nothing at this path"),
        Scenario("DELETE /api/goods/Bork/", gives: 404, part: "nothing at this path"),
        Scenario("DELETE /api/goods", gives: 405),

        receipt(#"{"order":"42","goods":[{"description":"a","price":1}]}"#, gives: 202),
        receipt(#"{"order":" 42\n","goods":[],"more":1}"#, gives: 202),
        receipt(#"{"order":"42","goods":[{"description":"","price":0.123456789012345678}]}"#, gives: 202),
        receipt(#"{"order":"42","goods":[{"description":"","price":-0}]}"#, gives: 202),
        receipt(#"{"order":"042","goods":[]}"#, gives: 202),
        receipt(#"{"order":"18","goods":[]}"#, gives: 409, part: "accepted before"),
        receipt(#"{"order":"34","goods":[]}"#, gives: 409),
        receipt(#"{"order":"43","goods":[]}"#, gives: 400, part: "Luhn"),
        receipt(#"{"order":"","goods":[]}"#, gives: 400, part: "empty"),
        receipt(#"{"order":"4 2","goods":[]}"#, gives: 400, part: "other than digits"),
        receipt(#"{"order":42,"goods":[]}"#, gives: 400, part: "not a string"),
        receipt(#"{"order":"42"}"#, gives: 400, part: "not an array"),
        receipt(#"{"order":"42","goods":{}}"#, gives: 400, part: "not an array"),
        receipt(#"{"order":"42","goods":[1]}"#, gives: 400, part: "not an object"),
        receipt(#"{"order":"42","goods":[{"price":1}]}"#, gives: 400, part: "description"),
        receipt(#"{"order":"42","goods":[{"description":"a"}]}"#, gives: 400, part: "price"),
        receipt(#"{"order":"42","goods":[{"description":"a","price":-0.01}]}"#, gives: 400, part: "below zero"),
        receipt(#"{"order":"42","goods":[{"description":"a","price":-1e-18}]}"#, gives: 400, part: "below zero"),
        receipt(#"{"order":"42","goods":[{"description":"a","price":"1"}]}"#, gives: 400, part: "not a number"),
        receipt(#"{"order":"42","goods":[{"description":"a","price":1e21}]}"#, gives: 400, part: "too large"),
        receipt(#"{"order":"42","goods":[{"description":"a","price":1e-19}]}"#, gives: 400, part: "18 decimal places"),
        receipt(#"{"order":"42","goods":[{"description":"Bork","price":1e12}]}"#, gives: 400, part: "earns more than"),
        receipt("[]", gives: 400),
        receipt("", gives: 400),

        Scenario(
            "GET /api/orders/18", gives: 200, has: json, text: #"{"order":"18","status":"PROCESSED","accrual":700}"#),
        Scenario("GET /api/orders/1%38?x=1", gives: 200, text: #"{"order":"18","status":"PROCESSED","accrual":700}"#),
        Scenario("HEAD /api/orders/18", gives: 200, has: json, text: ""),
        Scenario("GET /api/orders/26", gives: 200, text: #"{"order":"26","status":"PROCESSED"}"#),
        Scenario("GET /api/orders/34", gives: 200, text: #"{"order":"34","status":"REGISTERED"}"#),
        Scenario("GET /api/orders/42", gives: 204, text: ""),
        Scenario("GET /api/orders/17", gives: 204, text: ""),
        Scenario("GET /api/orders/abc", gives: 204, text: ""),
        Scenario("GET /api/orders/%ff", gives: 204, text: ""),
        Scenario("GET /api/orders", gives: 405, has: ["Allow: POST, OPTIONS"]),
        Scenario("POST /api/orders/18", gives: 405, has: ["Allow: GET, HEAD, OPTIONS"]),
        Scenario("GET /api/orders/", gives: 404),
        Scenario("GET /api/user/balance", gives: 404),
        Scenario("POST /api/user/register", body: #"{"login":"a","password":"b"}"#, gives: 404),

        // A page of another site, open in the browser of an employee of the shop, grants no points.
        Scenario("POST /api/goods", ["Origin: https://evil.example"], body: "{}", gives: 403),
        Scenario("POST /api/orders", ["Sec-Fetch-Site: cross-site"], body: "{}", gives: 403),
        Scenario("DELETE /api/goods/Bork", ["Origin: null"], gives: 403),
    ]

    @Test(arguments: cases)
    func responses(_ scenario: Scenario) async {
        for isLate in [false, true] { await TestAccrualAPI.filled(isLate: isLate).run(scenario) }
    }

    @Test func packedBodiesAreUnpacked() async {
        let body = #"{"match":"LG","reward":7,"reward_type":"%"}"#
        await TestAccrualAPI.filled().run(
            Scenario("POST /api/goods", ["Content-Encoding: gzip"], body: .gzip(body), gives: 200))
    }

    @Test func aReceiptComesToItsEndAndStaysThere() async {
        let api = await TestAccrualAPI.filled()
        var last = ""
        var seen: [String] = []
        for _ in 0..<1000 {
            let text = await api.response(to: Scenario("GET /api/orders/34", gives: 200).request).text
            if text != last { seen.append(text) }
            last = text
            api.clock.advance(byMilliseconds: 1)
        }
        #expect(seen == ["REGISTERED", "PROCESSING", "PROCESSED"].map { #"{"order":"34","status":"\#($0)"}"# })
    }

    /// The points of an order follow from the rules of the moment at which its receipt was accepted.
    @Test(arguments: [false, true])
    func laterRulesChangeNothing(isLate: Bool) async {
        let api = await TestAccrualAPI.filled(isLate: isLate)
        func send(_ line: String, _ body: String? = nil) async -> ClientResponse {
            await api.response(to: Scenario(line, body: body.map { Body(Array($0.utf8)) }, gives: 200).request)
        }
        let reads = api.rewards.readCount
        let goods = #""goods":[{"description":"Bork LG","price":1000}]"#
        let list = await send("GET /api/goods").text
        #expect(await send("GET /api/goods").text == list)
        _ = await send("POST /api/orders", #"{"order":"42",\#(goods)}"#)
        #expect(api.rewards.readCount == reads, "rules that nobody changed are not read again")
        _ = await send("POST /api/goods", #"{"match":"LG","reward":1,"reward_type":"pt"}"#)
        _ = await send("POST /api/orders", #"{"order":"59",\#(goods)}"#)
        #expect(
            await send("GET /api/goods").text == list.dropLast() + #",{"match":"LG","reward":1,"reward_type":"pt"}]"#)
        _ = await send("DELETE /api/goods/Bork")
        _ = await send("POST /api/orders", #"{"order":"67",\#(goods)}"#)
        api.clock.advance(byMilliseconds: 1000)
        for (order, accrual) in [("18", 700), ("42", 100), ("59", 101), ("67", 1)] {
            #expect(
                await send("GET /api/orders/\(order)").text
                    == #"{"order":"\#(order)","status":"PROCESSED","accrual":\#(accrual)}"#)
        }
        _ = await send("DELETE /api/goods/LG")
        _ = await send("DELETE /api/goods/%2Fa%20b%25")
        #expect(await send("GET /api/goods").status == 204)
    }

    @Test func moreThanTheLimitWaits() async {
        let api = await TestAccrualAPI.filled(requestsPerMinute: 2)
        api.clock.set(milliseconds: 100_000)
        let served = Scenario("GET /api/orders/18", gives: 200)
        await api.run(served)
        api.clock.advance(byMilliseconds: 500)
        await api.run(Scenario("HEAD /api/orders/42", gives: 204))
        for line in ["GET /api/orders/18", "GET /api/orders/42", "GET /api/orders/abc"] {
            await api.run(
                Scenario(
                    line, gives: 429, has: ["Content-Type: text/plain", "Retry-After: 60"],
                    text: "No more than 2 requests per minute allowed"))
        }
        // Only questions about orders are limited.
        await api.run(Scenario("GET /api/goods", gives: 200))
        await api.run(Self.receipt(#"{"order":"42","goods":[]}"#, gives: 202))
        api.clock.advance(byMilliseconds: 58_501)
        await api.run(Scenario("GET /api/orders/18", gives: 429, has: ["Retry-After: 1"]))
        api.clock.advance(byMilliseconds: 999)
        await api.run(served)
        await api.run(Scenario("GET /api/orders/18", gives: 429))
    }

    @Test(arguments: [(LoyaltyError.overloaded(retryAfterSeconds: 1), 503), (.failed, 500)])
    func aFailureIsARefusal(failure: LoyaltyError, status: Int) async {
        for isLate in [false, true] {
            let api = await TestAccrualAPI.filled(isLate: isLate)
            api.rewards.failure = failure
            await api.run(Self.receipt(#"{"order":"42","goods":[]}"#, gives: status))
            await api.run(Self.rule(#"{"match":"a","reward":1,"reward_type":"%"}"#, gives: status))
            await api.run(Scenario("GET /api/orders/18", gives: status))
            await api.run(Scenario("DELETE /api/goods/Bork", gives: status))
        }
    }
}
