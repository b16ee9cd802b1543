import TestSupport
import Testing

/// `POST` and `GET /api/user/orders`.
@Suite struct OrderTests {
    static func upload(
        _ body: Body, as user: String = "ann", gives status: Int, part: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) -> Scenario {
        Scenario(
            "POST /api/user/orders", as: user, body: body, gives: status,
            lacks: status < 400 ? ["Content-Type"] : [], text: status < 400 ? "" : nil, part: part, at: location)
    }

    static let zeros = String(repeating: "0", count: 1022)
    static let notDigits = "something other than digits"
    static let luhn = "does not pass the Luhn check"

    static let cases: [Scenario] = [
        upload("00", gives: 202),
        upload("0", gives: 202),
        upload("12345678903", gives: 202),
        upload("18446744073709551616000000000000001", gives: 202),
        upload(" 00", gives: 202),
        upload("00\r\n", gives: 202),
        upload("\t\n\u{B}\u{C}\r 00 \t\n\u{B}\u{C}\r", gives: 202),
        upload("18", gives: 200),
        upload(" 18\n", gives: 200),
        upload("042", gives: 200),
        upload("59", gives: 200),
        upload("91", gives: 409, part: "Another user uploaded this order."),
        upload("91", as: "bob", gives: 200),
        upload("18", as: "bob", gives: 409),
        // Leading zeros count.
        upload("018", gives: 202),
        upload("0018", gives: 202),
        upload("42", gives: 202),
        // Another user's withdrawal for an order does not matter for its upload.
        upload("83", gives: 202),
        upload("75", gives: 202),
        upload("", gives: 400, part: "The body has no order number."),
        upload(" ", gives: 400),
        upload("\r\n\t\u{B}\u{C} ", gives: 400),
        upload("1 8", gives: 422, part: notDigits),
        upload("18 26", gives: 422, part: notDigits),
        upload("18\n26", gives: 422, part: notDigits),
        upload("18,26", gives: 422, part: notDigits),
        upload("abc", gives: 422, part: notDigits),
        upload("18a", gives: 422, part: notDigits),
        upload("-18", gives: 422, part: notDigits),
        upload("+18", gives: 422, part: notDigits),
        upload("1.8", gives: 422, part: notDigits),
        upload("1e1", gives: 422, part: notDigits),
        upload("0x12", gives: 422, part: notDigits),
        upload(#""18""#, gives: 422, part: notDigits),
        upload(#"{"order":"18"}"#, gives: 422, part: notDigits),
        upload("18\0", gives: 422, part: notDigits),
        upload("\0", gives: 422, part: notDigits),
        upload("１８", gives: 422, part: notDigits),
        upload("١٨", gives: 422, part: notDigits),
        upload("\u{A0}18", gives: 422, part: notDigits),
        upload("\u{FEFF}18", gives: 200),
        upload("\u{FEFF} 18\r\n", gives: 200),
        upload("\u{FEFF}", gives: 400),
        upload("\u{FEFF}\u{FEFF}18", gives: 422, part: notDigits),
        upload("18\u{FEFF}", gives: 422, part: notDigits),
        upload(" \u{FEFF}18", gives: 422, part: notDigits),
        upload(Body([0xFF, 0xFE]), gives: 422, part: notDigits),
        upload("17", gives: 422, part: luhn),
        upload("81", gives: 422, part: luhn),
        upload("1", gives: 422, part: luhn),
        upload("12345678900", gives: 422, part: luhn),
        upload("\(zeros)18", gives: 202),
        upload("\n\(zeros)18\n", gives: 202),
        upload("\(zeros)17", gives: 422, part: luhn),
        upload("\(zeros)018", gives: 422, part: "more than 1024 digits"),
        upload(Body([UInt8](repeating: 0x37, count: 8_192)), gives: 422, part: "more than 1024 digits"),
    ]

    @Test(arguments: cases)
    func uploading(_ scenario: Scenario) async { await scenario.run() }

    /// The body decides, whatever its media type.
    @Test(arguments: ["text/plain", "application/json", "image/png", ""])
    func contentTypeIsNotChecked(type: String) async {
        await Scenario("POST /api/user/orders", as: "ann", ["Content-Type: \(type)"], body: "00", gives: 202).run()
    }

    @Test func onlyNewOrdersAreAskedAbout() async {
        let api = TestAPI()
        let numbers = [(" 00\n", 202), ("00", 200), ("18", 200), ("91", 409), ("17", 422), ("", 400), ("018", 202)]
        for (number, status) in numbers { await Self.upload("\(number)", gives: status).run(on: api) }
        #expect(api.queue.numbers == ["00", "018"])
    }

    /// Ann has two unfinished orders. At the limit a new number is refused, and every other response stays the same.
    @Test func aUserAtTheLimitUploadsNothingNew() async {
        let api = TestAPI()
        api.repository.unfinishedPerUserMax = 2
        let tooMany = Scenario(
            "POST /api/user/orders", as: "ann", body: "00", gives: 429,
            has: ["Retry-After: 60", "Content-Type: application/problem+json"])
        await tooMany.run(on: api)
        for (number, status) in [("18", 200), ("34", 200), ("91", 409), ("17", 422), ("", 400)] {
            await Self.upload("\(number)", gives: status).run(on: api)
        }
        await Scenario("POST /api/user/orders", as: "carl", body: "00", gives: 202).run(on: api)
        await Scenario("GET /api/user/orders", as: "ann", gives: 200).run(on: api)
    }

    static let annsOrders =
        #"[{"number":"59","status":"PROCESSED","uploaded_at":"2020-12-05T15:15:45Z"},"#
        + #"{"number":"042","status":"PROCESSED","accrual":729.98,"uploaded_at":"2020-12-04T15:15:45Z"},"#
        + #"{"number":"34","status":"INVALID","uploaded_at":"2020-12-03T15:15:45Z"},"#
        + #"{"number":"26","status":"PROCESSING","uploaded_at":"2020-12-02T15:15:45Z"},"#
        + #"{"number":"18","status":"NEW","uploaded_at":"2020-12-01T15:15:45Z"}]"#
    static let bobsOrders = #"[{"number":"91","status":"NEW","uploaded_at":"2020-12-06T15:15:45Z"}]"#
    static let listed = ["Content-Type: application/json", "Cache-Control: private, no-cache"]

    @Test(arguments: [
        Scenario("GET /api/user/orders", as: "ann", gives: 200, has: listed, lacks: ["Vary"], text: annsOrders),
        Scenario("GET /api/user/orders", as: "bob", gives: 200, has: listed, lacks: ["Vary"], text: bobsOrders),
        Scenario("GET /api/user/orders", as: "carl", gives: 204, lacks: ["Content-Type", "Allow"], text: ""),
        Scenario("GET /api/user/orders?page=2", as: "bob", gives: 200, text: bobsOrders),
    ])
    func listing(_ scenario: Scenario) async { await scenario.run() }

    static let unknown = "You have uploaded no order with this number."

    @Test(arguments: [
        Scenario(
            "GET /api/user/orders/042", as: "ann", gives: 200, has: listed, lacks: ["Vary"],
            text: #"{"number":"042","status":"PROCESSED","accrual":729.98,"uploaded_at":"2020-12-04T15:15:45Z"}"#),
        Scenario(
            "GET /api/user/orders/18?x", as: "ann", gives: 200,
            text: #"{"number":"18","status":"NEW","uploaded_at":"2020-12-01T15:15:45Z"}"#),
        Scenario("GET /api/user/orders/%318", as: "ann", gives: 200, part: #"{"number":"18","#),
        Scenario("HEAD /api/user/orders/18", as: "ann", gives: 200, has: listed, text: ""),
        Scenario("GET /api/user/orders/18", gives: 401),
        // Another user's order, an unknown order and an invalid number get the same response.
        Scenario("GET /api/user/orders/91", as: "ann", gives: 404, part: unknown),
        Scenario("GET /api/user/orders/18", as: "bob", gives: 404, part: unknown),
        Scenario("GET /api/user/orders/00", as: "ann", gives: 404, part: unknown),
        Scenario("GET /api/user/orders/42", as: "ann", gives: 404, part: unknown),
        Scenario("GET /api/user/orders/12", as: "ann", gives: 404, part: unknown),
        Scenario("GET /api/user/orders/x", as: "ann", gives: 404, part: unknown),
        Scenario("GET /api/user/orders/%2018", as: "ann", gives: 404, part: unknown),
        Scenario("GET /api/user/orders/18%0A", as: "ann", gives: 404, part: unknown),
        Scenario("GET /api/user/orders/%FF", as: "ann", gives: 404, part: unknown),
        Scenario("GET /api/user/orders/" + zeros + zeros, as: "ann", gives: 404, part: unknown),
        // No segment, or two, are another path.
        Scenario("GET /api/user/orders/", as: "ann", gives: 404, part: "nothing at this path"),
        Scenario("GET /api/user/orders/18/", as: "ann", gives: 404, part: "nothing at this path"),
        Scenario("POST /api/user/orders/18", as: "ann", gives: 405, has: ["Allow: GET, HEAD, OPTIONS"]),
    ])
    func oneOrder(_ scenario: Scenario) async { await scenario.run() }

    /// The path is a part of the key of a kept response.
    @Test func ordersAreKeptApart() async {
        let api = TestAPI()
        for _ in 0..<2 {
            for number in ["18", "26", "34"] {
                await Scenario(
                    "GET /api/user/orders/\(number)", as: "ann", gives: 200, part: #""number":"\#(number)""#
                ).run(on: api)
            }
        }
    }

    /// The newest upload is first, also if two have the same time.
    @Test func uploadsAreListedNewestFirst() async {
        let api = TestAPI()
        for number in ["00", "0", "000"] { await Self.upload("\(number)", as: "carl", gives: 202).run(on: api) }
        let items = ["000", "0", "00"].map {
            #"{"number":"\#($0)","status":"NEW","uploaded_at":"2020-12-10T15:15:45Z"}"#
        }
        let text = "[" + items.joined(separator: ",") + "]"
        await Scenario("GET /api/user/orders", as: "carl", gives: 200, text: text).run(on: api)
    }
}
