import Testing

/// `POST /api/user/balance/withdraw`; ann has 500.5 points and has paid 41.5 for 75 and 0.5 for 067, bob 10 for 83.
@Suite struct WithdrawalTests {
    static func withdraw(
        _ order: String, _ sum: String, as user: String = "ann", gives status: Int, part: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) -> Scenario {
        Scenario(
            "POST /api/user/balance/withdraw", as: user, body: #"{"order":\#(order),"sum":\#(sum)}"#, gives: status,
            lacks: status < 400 ? ["Content-Type"] : [], text: status < 400 ? "" : nil, part: part, at: location)
    }

    static let tooFine = "has more than two decimal places"
    static let tooLarge = "is too large"
    static let notPositive = "The sum is not above zero."
    static let notANumber = "is not a number"

    static let sums: [Scenario] = [
        withdraw(#""18""#, "1", gives: 200),
        withdraw(#""18""#, "0.01", gives: 200),
        withdraw(#""18""#, "500.5", gives: 200),
        withdraw(#""18""#, "500.50", gives: 200),
        withdraw(#""18""#, "500.5000000000000000000000000000", gives: 200),
        withdraw(#""18""#, "5e1", gives: 200),
        withdraw(#""18""#, "5E+2", gives: 200),
        withdraw(#""18""#, "50050e-2", gives: 200),
        withdraw(#""18""#, "0.000000005e11", gives: 200),
        withdraw(#""18""#, "1e-2", gives: 200),
        withdraw(#""18""#, "500.51", gives: 402, part: "not enough points"),
        withdraw(#""18""#, "1e3", gives: 402),
        withdraw(#""18""#, "90071992547409.93", gives: 402),
        withdraw(#""18""#, "92233720368547758.07", gives: 402),
        withdraw(#""18""#, "9223372036854775807e-2", gives: 402),
        withdraw(#""18""#, "0.01", as: "carl", gives: 402),
        withdraw(#""18""#, "92233720368547758.08", gives: 422, part: tooLarge),
        withdraw(#""18""#, "1e17", gives: 422, part: tooLarge),
        withdraw(#""18""#, "1e400", gives: 422, part: tooLarge),
        withdraw(#""18""#, "1e99999999999999999999", gives: 422, part: tooLarge),
        withdraw(#""18""#, "-92233720368547758.09", gives: 422, part: tooLarge),
        withdraw(#""18""#, "-1e400", gives: 422, part: tooLarge),
        withdraw(#""18""#, "0.001", gives: 422, part: tooFine),
        withdraw(#""18""#, "1.005", gives: 422, part: tooFine),
        withdraw(#""18""#, "1.2345", gives: 422, part: tooFine),
        withdraw(#""18""#, "0.015", gives: 422, part: tooFine),
        withdraw(#""18""#, "0.010000011", gives: 422, part: tooFine),
        withdraw(#""18""#, "0.019999989", gives: 422, part: tooFine),
        withdraw(#""18""#, "1e-3", gives: 422, part: tooFine),
        // Results of floating-point arithmetic on whole hundredths: 0.1 + 0.2, 100.33 * 3, 1.1 * 1.1 * 100, 0.7 - 0.6
        // and so on.
        withdraw(#""18""#, "0.30000000000000004", gives: 200),
        withdraw(#""18""#, "300.98999999999995", gives: 200),
        withdraw(#""18""#, "121.00000000000001", gives: 200),
        withdraw(#""18""#, "0.09999999999999998", gives: 200),
        withdraw(#""18""#, "0.01000000000000000000000000000001", gives: 200),
        withdraw(#""18""#, "500.50000001", gives: 200),
        withdraw(#""18""#, "0.01000001", gives: 200),
        withdraw(#""18""#, "0.01999999", gives: 200),
        withdraw(#""18""#, "500.49999999999994", gives: 200),
        withdraw(#""18""#, "500.51000000000005", gives: 402),
        withdraw(#""75""#, "41.49999999999999", gives: 200),
        withdraw(#""75""#, "41.50000000000001", gives: 200),
        withdraw(#""75""#, "41.51", gives: 409),
        withdraw(#""18""#, "92233720368547758.0799999999999", gives: 422, part: tooLarge),
        withdraw(#""18""#, "92233720368547758.07000000001", gives: 402),
        withdraw(#""18""#, "1e-400", gives: 422, part: notPositive),
        withdraw(#""18""#, "1e-8", gives: 422, part: notPositive),
        withdraw(#""18""#, "-0.00000000000000001", gives: 422, part: notPositive),
        withdraw(#""18""#, "1e-99999999999999999999", gives: 422, part: notPositive),
        // A number in a string counts as the number.
        withdraw(#""18""#, #""100.33""#, gives: 200),
        withdraw(#""18""#, #""5e1""#, gives: 200),
        withdraw(#""18""#, #""0.30000000000000004""#, gives: 200),
        withdraw(#""18""#, #""\u0031""#, gives: 200),
        withdraw(#""18""#, #""500.51""#, gives: 402),
        withdraw(#""18""#, #""1.2345""#, gives: 422, part: tooFine),
        withdraw(#""18""#, #""-1""#, gives: 422, part: notPositive),
        withdraw(#""18""#, #""1e400""#, gives: 422, part: tooLarge),
        withdraw(#""18""#, "-0.001", gives: 422, part: tooFine),
        withdraw(#""18""#, "0", gives: 422, part: notPositive),
        withdraw(#""18""#, "-0", gives: 422, part: notPositive),
        withdraw(#""18""#, "0.00", gives: 422, part: notPositive),
        withdraw(#""18""#, "0e400", gives: 422, part: notPositive),
        withdraw(#""18""#, "-1", gives: 422, part: notPositive),
        withdraw(#""18""#, "-0.01", gives: 422, part: notPositive),
        withdraw(#""18""#, "-92233720368547758.08", gives: 422, part: notPositive),
        withdraw(#""18""#, #""""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #"" 5""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #""5\n""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #""+5""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #""05""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #"".5""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #""5.""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #""5,0""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #""5 6""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #""5\u0000""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #""٥""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #""Infinity""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #""\"5\"""#, gives: 400, part: notANumber),
        withdraw(#""18""#, #""five""#, gives: 400, part: notANumber),
        withdraw(#""18""#, "null", gives: 400, part: notANumber),
        withdraw(#""18""#, "true", gives: 400, part: notANumber),
        withdraw(#""18""#, "[5]", gives: 400, part: notANumber),
        withdraw(#""18""#, #"{"points":5}"#, gives: 400, part: notANumber),
        withdraw(#""18""#, "+5", gives: 400, part: "not JSON"),
        withdraw(#""18""#, "05", gives: 400, part: "not JSON"),
        withdraw(#""18""#, ".5", gives: 400, part: "not JSON"),
        withdraw(#""18""#, "5.", gives: 400, part: "not JSON"),
        withdraw(#""18""#, "5e", gives: 400, part: "not JSON"),
        withdraw(#""18""#, "0x5", gives: 400, part: "not JSON"),
        withdraw(#""18""#, "5,0", gives: 400, part: "not JSON"),
        withdraw(#""18""#, "Infinity", gives: 400, part: "not JSON"),
    ]

    @Test(arguments: sums)
    func sum(_ scenario: Scenario) async { await scenario.run() }

    static let orders: [Scenario] = [
        // The order may be uploaded by another user, or not at all.
        withdraw(#""2377225624""#, "1", gives: 200),
        withdraw(#""91""#, "1", gives: 200),
        withdraw(#""18""#, "1", gives: 200),
        withdraw(#"" 18\r\n\t""#, "1", gives: 200),
        withdraw(#""\u0031\u0038""#, "1", gives: 200),
        withdraw(#""\#(OrderTests.zeros)18""#, "1", gives: 200),
        withdraw(#""\#(OrderTests.zeros)018""#, "1", gives: 422, part: "more than 1024 digits"),
        withdraw(#""17""#, "1", gives: 422, part: OrderTests.luhn),
        withdraw(#""""#, "1", gives: 422, part: "The order number is empty."),
        withdraw(#"" ""#, "1", gives: 422),
        withdraw(#""1 8""#, "1", gives: 422, part: OrderTests.notDigits),
        withdraw(#""abc""#, "1", gives: 422, part: OrderTests.notDigits),
        withdraw(#""18\u0000""#, "1", gives: 422, part: OrderTests.notDigits),
        withdraw(#""１８""#, "1", gives: 422, part: OrderTests.notDigits),
        withdraw(#""\u00a018""#, "1", gives: 422, part: OrderTests.notDigits),
        withdraw("18", "1", gives: 400, part: "is not a string"),
        withdraw("null", "1", gives: 400),
        withdraw(#"["18"]"#, "1", gives: 400),
        // Orders that were paid for before: by ann with the same sum, however it is written, or otherwise.
        withdraw(#""75""#, "41.5", gives: 200),
        withdraw(#"" 75 ""#, "4150e-2", gives: 200),
        withdraw(#""067""#, "0.50", gives: 200),
        withdraw(#""75""#, "41.51", gives: 409, part: "by another user or with another sum"),
        withdraw(#""75""#, "1000000", gives: 409),
        withdraw(#""75""#, "41.5", as: "bob", gives: 409),
        withdraw(#""83""#, "10", gives: 409),
        // Bob has no points left, and needs none to repeat his withdrawal.
        withdraw(#""83""#, "10", as: "bob", gives: 200),
        withdraw(#""00""#, "10", as: "bob", gives: 402),
        // Leading zeros make another order.
        withdraw(#""67""#, "0.01", gives: 200),
        withdraw(#""075""#, "41.5", gives: 200),
    ]

    @Test(arguments: orders)
    func order(_ scenario: Scenario) async { await scenario.run() }

    /// Repeated withdrawals debit once, as the responses alone show.
    @Test func repeatingDebitsNothingMore() async {
        let api = TestAPI()
        for _ in 0..<3 { await Self.withdraw(#""2377225624""#, "100.25", gives: 200).run(on: api) }
        await Self.withdraw(#""2377225624""#, "100.26", gives: 409).run(on: api)
        await Self.withdraw(#""00""#, "400.26", gives: 402).run(on: api)
        await Scenario("GET /api/user/balance", as: "ann", gives: 200, text: #"{"current":400.25,"withdrawn":142.25}"#)
            .run(on: api)
        let item = #"[{"order":"2377225624","sum":100.25,"processed_at":"2020-12-10T15:15:45Z"},"#
        let text = item + BalanceTests.annsWithdrawals.dropFirst()
        await Scenario("GET /api/user/withdrawals", as: "ann", gives: 200, text: text).run(on: api)
        await Scenario("GET /api/user/withdrawals", as: "bob", gives: 200, text: BalanceTests.bobsWithdrawals).run(
            on: api)
    }

    @Test func theLastHundredthCanBeSpent() async {
        let api = TestAPI()
        await Self.withdraw(#""00""#, "500.49", gives: 200).run(on: api)
        await Self.withdraw(#""18""#, "0.02", gives: 402).run(on: api)
        await Self.withdraw(#""18""#, "0.01", gives: 200).run(on: api)
        await Self.withdraw(#""26""#, "0.01", gives: 402).run(on: api)
        await Scenario("GET /api/user/balance", as: "ann", gives: 200, text: #"{"current":0,"withdrawn":542.5}"#)
            .run(on: api)
    }
}
