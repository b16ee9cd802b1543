import Loyalty
import TestSupport
import Testing

/// `GET /api/user/balance` and `GET /api/user/withdrawals`, and how points and times are written.
@Suite struct BalanceTests {
    static let annsWithdrawals =
        #"[{"order":"067","sum":0.5,"processed_at":"2020-12-08T15:15:45Z"},"#
        + #"{"order":"75","sum":41.5,"processed_at":"2020-12-07T15:15:45Z"}]"#
    static let bobsWithdrawals = #"[{"order":"83","sum":10,"processed_at":"2020-12-07T15:15:45Z"}]"#

    @Test(arguments: [
        Scenario(
            "GET /api/user/balance", as: "ann", gives: 200, has: OrderTests.listed, lacks: ["Vary"],
            text: #"{"current":500.5,"withdrawn":42}"#),
        Scenario("GET /api/user/balance", as: "bob", gives: 200, text: #"{"current":0,"withdrawn":10}"#),
        Scenario("GET /api/user/balance", as: "carl", gives: 200, text: #"{"current":0,"withdrawn":0}"#),
        Scenario(
            "GET /api/user/withdrawals", as: "ann", gives: 200, has: OrderTests.listed, lacks: ["Vary"],
            text: annsWithdrawals),
        Scenario("GET /api/user/withdrawals", as: "bob", gives: 200, text: bobsWithdrawals),
        Scenario("GET /api/user/withdrawals", as: "carl", gives: 204, lacks: ["Content-Type", "Allow"], text: ""),
    ])
    func read(_ scenario: Scenario) async { await scenario.run() }

    /// The shortest decimal with at most two places, wherever points are written.
    @Test(
        arguments: [
            (1, "0.01"), (10, "0.1"), (11, "0.11"), (50, "0.5"), (99, "0.99"), (100, "1"), (101, "1.01"), (110, "1.1"),
            (1000, "10"), (50_000, "500"), (50_050, "500.5"), (72_998, "729.98"), (100_000_000, "1000000"),
            // 2^53 + 1, which a double would lose.
            (9_007_199_254_740_993, "90071992547409.93"), (.max, "92233720368547758.07"),
        ] as [(Int64, String)])
    func pointsAreTheShortestDecimal(hundredths: Int64, text: String) async {
        let api = TestAPI()
        let points = Points(hundredths: hundredths)
        let start = TestClock.start
        api.repository.setBalance(Balance(current: points, withdrawn: points), of: api.users["carl"]!)
        api.addOrder("00", .processed, accrual: hundredths, at: start, of: "carl")
        api.addWithdrawal("00", hundredths, at: start, of: "carl")
        let balance = #"{"current":\#(text),"withdrawn":\#(text)}"#
        let time = "2020-12-10T15:15:45Z"
        let orders = #"[{"number":"00","status":"PROCESSED","accrual":\#(text),"uploaded_at":"\#(time)"}]"#
        let withdrawals = #"[{"order":"00","sum":\#(text),"processed_at":"\#(time)"}]"#
        await Scenario("GET /api/user/balance", as: "carl", gives: 200, text: balance).run(on: api)
        await Scenario("GET /api/user/orders", as: "carl", gives: 200, text: orders).run(on: api)
        await Scenario("GET /api/user/withdrawals", as: "carl", gives: 200, text: withdrawals).run(on: api)
    }

    /// RFC 3339 in UTC, without the fraction of the second.
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (999, "1970-01-01T00:00:00Z"), (1000, "1970-01-01T00:00:01Z"),
            (-1, "1969-12-31T23:59:59Z"), (-1000, "1969-12-31T23:59:59Z"), (-1001, "1969-12-31T23:59:58Z"),
            (951_782_399_999, "2000-02-28T23:59:59Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_709_251_199_000, "2024-02-29T23:59:59Z"), (1_709_251_200_000, "2024-03-01T00:00:00Z"),
            (1_607_613_345_999, "2020-12-10T15:15:45Z"), (4_102_444_800_000, "2100-01-01T00:00:00Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"), (253_402_300_799_999, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func timesAreOfUTC(milliseconds: Int64, text: String) async {
        let api = TestAPI()
        let moment = Timestamp(milliseconds: milliseconds)
        api.addOrder("00", .new, accrual: 0, at: moment, of: "carl")
        api.addWithdrawal("00", 100, at: moment, of: "carl")
        let orders = #"[{"number":"00","status":"NEW","uploaded_at":"\#(text)"}]"#
        let withdrawals = #"[{"order":"00","sum":1,"processed_at":"\#(text)"}]"#
        await Scenario("GET /api/user/orders", as: "carl", gives: 200, text: orders).run(on: api)
        await Scenario("GET /api/user/withdrawals", as: "carl", gives: 200, text: withdrawals).run(on: api)
    }

    /// An order shows its accrual if the order is processed and the accrual is above zero, and only then.
    @Test(arguments: Order.Status.allCases, [0, 1, 50_000] as [Int64])
    func accrualIsShownOfProcessedOrdersAlone(status: Order.Status, hundredths: Int64) async {
        let api = TestAPI()
        api.addOrder("00", status, accrual: hundredths, at: TestClock.start, of: "carl")
        let name = [Order.Status.new: "NEW", .processing: "PROCESSING", .invalid: "INVALID", .processed: "PROCESSED"]
        let shown = status == .processed && hundredths > 0
        let accrual = shown ? #","accrual":\#(hundredths == 1 ? "0.01" : "500")"# : ""
        let text = #"[{"number":"00","status":"\#(name[status]!)"\#(accrual),"uploaded_at":"2020-12-10T15:15:45Z"}]"#
        await Scenario("GET /api/user/orders", as: "carl", gives: 200, text: text).run(on: api)
    }
}
