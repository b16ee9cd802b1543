import HTTP
import Loyalty
import Rewards
import Testing

/// The largest body that each route takes.
@Suite struct BodyLimitTests {
    /// A route, its limit, and a body that the route would take if it is short enough.
    struct Case: Sendable, CustomTestStringConvertible {
        let line: String
        let bytesMax: Int
        let body: String
        /// The status if the body fits.
        let status: Int
        var testDescription: String { "\(line), \(bytesMax)" }

        /// The body with white space after it, so that it has this number of bytes.
        func body(ofBytes count: Int) -> Body {
            Body(Array(body.utf8) + [UInt8](repeating: 0x20, count: count - body.utf8.count))
        }

        func scenario(_ fields: [String], _ body: Body, gives status: Int, part: String? = nil) -> Scenario {
            Scenario(line, as: line.contains("/api/user") ? "ann" : nil, fields, body: body, gives: status, part: part)
        }
    }

    static let customers = [
        Case(line: "POST /api/user/register", bytesMax: 8192, body: #"{"login":"d","password":"p"}"#, status: 200),
        Case(line: "POST /api/user/login", bytesMax: 8192, body: #"{"login":"ann","password":"secret"}"#, status: 200),
        Case(
            line: "POST /api/user/password", bytesMax: 16384, body: #"{"current":"secret","new":"p"}"#, status: 204),
        Case(line: "POST /api/user/orders", bytesMax: 8192, body: "00", status: 202),
        Case(
            line: "POST /api/user/balance/withdraw", bytesMax: 8192, body: #"{"order":"18","sum":1}"#, status: 200),
        // A body that is read and dropped.
        Case(line: "POST /api/user/logout", bytesMax: 8192, body: "", status: 204),
        Case(line: "GET /api/user/balance", bytesMax: 8192, body: "", status: 200),
        Case(line: "POST /nowhere", bytesMax: 8192, body: "", status: 404),
        Case(line: "PUT /api/user/orders", bytesMax: 8192, body: "", status: 405),
    ]

    @Test(arguments: customers)
    func largestBodyIsTakenAndNoLargerOne(_ example: Case) async {
        let limit = example.bytesMax
        await example.scenario([], example.body(ofBytes: limit), gives: example.status).run()
        let detail = "larger than \(limit) bytes"
        await example.scenario([], example.body(ofBytes: limit + 1), gives: 413, part: detail).run()
    }

    /// The announced length is enough to refuse a request: no byte of the body has arrived.
    @Test(arguments: customers)
    func headIsEnoughToRefuse(_ example: Case) async {
        let head = "\(example.line) HTTP/1.1\r\nHost: a\r\nContent-Length: \(example.bytesMax + 1)\r\n\r\n"
        #expect(await TestAPI().response(to: Array(head.utf8)).status == 413)
    }

    @Test(arguments: customers)
    func chunksAreCounted(_ example: Case) async {
        for (excess, status) in [(0, nil), (1, 413)] as [(Int, Int?)] {
            let size = String(example.bytesMax + excess, radix: 16)
            let head = "\(example.line) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n"
            let rest = [UInt8](repeating: 0x20, count: example.bytesMax) + Array("\r\n0\r\n\r\n".utf8)
            let response = await TestAPI().response(to: Array(head.utf8) + rest)
            if let status { #expect(response.status == status) } else { #expect(response.status != 413) }
        }
    }

    /// The unpacked bytes of a packed body have the same limit.
    @Test(arguments: customers.prefix(5))
    func unpackedBodyIsCounted(_ example: Case) async {
        let gzip = ["Content-Encoding: gzip"]
        let fits = Body.gzip(example.body(ofBytes: example.bytesMax).bytes)
        await example.scenario(gzip, fits, gives: example.status).run()
        for count in [example.bytesMax + 1, 1 << 20] {
            let large = Body.gzip(example.body(ofBytes: count).bytes)
            let detail = "more than \(example.bytesMax) bytes"
            await example.scenario(gzip, large, gives: 413, part: detail).run()
        }
    }

    /// Every allowed login, password, order number and sum fits, however it is written.
    @Test func greatestValuesFit() async {
        let escaped = { (count: Int) in String(repeating: #"\u0061"#, count: count) }
        let digits = String(repeating: #"\u0030"#, count: OrderNumber.digitsMax)
        let login = #"{"login":"\#(escaped(256))","password":"\#(escaped(1024))"}"#
        let change = #"{"current":"\#(escaped(1024))","new":"\#(escaped(1024))"}"#
        let withdrawal = #"{"order":"\#(digits)","sum":10000000000000000.00}"#
        await Scenario("POST /api/user/register", body: Body(Array(login.utf8)), gives: 200).run()
        await Scenario("POST /api/user/login", body: Body(Array(login.utf8)), gives: 401).run()
        await Scenario("POST /api/user/password", as: "ann", body: Body(Array(change.utf8)), gives: 403).run()
        await Scenario("POST /api/user/balance/withdraw", as: "ann", body: Body(Array(withdrawal.utf8)), gives: 402)
            .run()
        let number = Body([UInt8](repeating: 0x30, count: OrderNumber.digitsMax))
        await Scenario("POST /api/user/orders", as: "ann", body: number, gives: 202).run()
    }

    /// A receipt may be long, and a reward rule may not.
    @Test func receiptsMayBeLong() async {
        let good = #"{"description":"\#(String(repeating: "x", count: 480))","price":1}"#
        let goods = [String](repeating: good, count: Receipt.goodsMax).joined(separator: ",")
        let receipt = Body(Array(#"{"order":"18","goods":[\#(goods)]}"#.utf8))
        #expect(receipt.bytes.count > 1_000_000)
        await TestAccrualAPI().run(Scenario("POST /api/orders", body: receipt, gives: 202))
        let large = Body([UInt8](repeating: 0x20, count: (1 << 20) + 1))
        await TestAccrualAPI().run(Scenario("POST /api/orders", body: large, gives: 413))
        let values = Body(Array(#"{"order":"18","goods":[\#(String(repeating: "0,", count: 140_000))0]}"#.utf8))
        await TestAccrualAPI().run(
            Scenario("POST /api/orders", body: values, gives: 400, part: "more than 131072 values"))
        let rule = #"{"match":"\#(String(repeating: #"\u0061"#, count: 1024))","reward":1,"reward_type":"%"}"#
        await TestAccrualAPI().run(Scenario("POST /api/goods", body: Body(Array(rule.utf8)), gives: 200))
        let padded = Body(Array(rule.utf8) + [UInt8](repeating: 0x20, count: 8193 - rule.utf8.count))
        await TestAccrualAPI().run(Scenario("POST /api/goods", body: padded, gives: 413))
    }
}
