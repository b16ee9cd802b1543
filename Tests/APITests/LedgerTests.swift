import Loyalty
import TestSupport
import Testing

/// A user's own ledger, as JSON and as a table.
@Suite struct LedgerTests {
    private static let path = "/api/user/ledger"

    /// ann earned 729.98 for the order 042 and spent 41.5 and 0.5.
    private static func api() -> TestAPI {
        let api = TestAPI()
        let entries: [(LedgerEntry.Kind, String, Int64, Int64)] = [
            (.accrual, "042", 72_998, 72_998), (.withdrawal, "75", -4150, 68_848), (.withdrawal, "067", -50, 68_798),
        ]
        for (index, (kind, order, points, balance)) in entries.enumerated() {
            api.repository.put(
                LedgerEntry(
                    kind: kind, order: OrderNumber(stored: order), points: Points(hundredths: points),
                    balanceAfter: Points(hundredths: balance),
                    at: TestClock.start.advanced(byMilliseconds: Int64(index) * 1000)), of: api.users["ann"]!)
        }
        return api
    }

    private static let lines = [
        #"{"kind":"withdrawal","order":"067","points":-0.5,"balance":687.98,"processed_at":"2020-12-10T15:15:47Z"}"#,
        #"{"kind":"withdrawal","order":"75","points":-41.5,"balance":688.48,"processed_at":"2020-12-10T15:15:46Z"}"#,
        #"{"kind":"accrual","order":"042","points":729.98,"balance":729.98,"processed_at":"2020-12-10T15:15:45Z"}"#,
    ]

    private static let table = """
        kind,order,points,balance,processed_at
        withdrawal,067,-0.5,687.98,2020-12-10T15:15:47Z
        withdrawal,75,-41.5,688.48,2020-12-10T15:15:46Z
        accrual,042,729.98,729.98,2020-12-10T15:15:45Z

        """.replacing("\n", with: "\r\n")

    @Test(arguments: [
        ([], false), (["Accept: */*"], false), (["Accept: application/json"], false), (["Accept: text/html"], false),
        (["Accept: application/json, text/csv"], false), (["Accept: text/csv;q=0.5, */*"], false),
        (["Accept: text/csv;q=0"], false), (["Accept: text/csv;q=x"], false), (["Accept: text/csvx"], false),
        (["Accept: text/csv"], true), (["Accept: TEXT/CSV"], true), (["Accept: text/csv; charset=utf-8"], true),
        (["Accept: text/csv, */*;q=0.1"], true), (["Accept: application/json;q=0.9", "Accept: text/csv"], true),
    ])
    func isJSONUnlessATableIsLikedBetter(fields: [String], isTable: Bool) async {
        await Scenario(
            "GET \(Self.path)", as: "ann", fields, gives: 200,
            has: [
                isTable ? "Content-Type: text/csv; charset=utf-8" : "Content-Type: application/json", "Vary: Accept",
            ],
            lacks: ["Link"], text: isTable ? Self.table : "[\(Self.lines.joined(separator: ","))]"
        ).run(on: Self.api())
    }

    /// Changes by the owner are shown, and an adjustment has no order.
    @Test func anAdjustmentHasNoOrder() async {
        let api = TestAPI()
        for (kind, order) in [(LedgerEntry.Kind.refund, "042"), (.adjustment, nil)] {
            api.repository.put(
                LedgerEntry(
                    kind: kind, order: order.map { OrderNumber(stored: $0) }, points: Points(hundredths: 50),
                    balanceAfter: Points(hundredths: 50), at: TestClock.start), of: api.users["ann"]!)
        }
        let time = "2020-12-10T15:15:45Z"
        let lines = [
            #"{"kind":"adjustment","points":0.5,"balance":0.5,"processed_at":"\#(time)"}"#,
            #"{"kind":"refund","order":"042","points":0.5,"balance":0.5,"processed_at":"\#(time)"}"#,
        ]
        await Scenario("GET \(Self.path)", as: "ann", gives: 200, text: "[\(lines.joined(separator: ","))]").run(
            on: api)
        let table =
            "kind,order,points,balance,processed_at\r\nadjustment,,0.5,0.5,\(time)\r\nrefund,042,0.5,0.5,\(time)\r\n"
        await Scenario("GET \(Self.path)", as: "ann", ["Accept: text/csv"], gives: 200, text: table).run(on: api)
    }

    /// The second field matters for the response, and so for the kept response.
    @Test func aFormThatASecondFieldAskedForIsNotKeptForTheFirstAlone() async {
        let api = Self.api()
        let json = "Accept: application/json;q=0.5"
        let table = await Scenario(
            "GET \(Self.path)", as: "ann", [json, "Accept: text/csv"], gives: 200
        ).run(on: api)
        #expect(table.text.hasPrefix("kind"))
        let array = await Scenario("GET \(Self.path)", as: "ann", [json], gives: 200).run(on: api)
        #expect(array.text.hasPrefix("["))
    }

    /// Requests in turn to one API that keeps responses.
    @Test func formsAreKeptApart() async {
        let api = Self.api()
        for _ in 0..<2 {
            for (accept, start) in [("*/*", "["), ("text/csv", "kind"), ("application/json", "[")] {
                let response = await Scenario("GET \(Self.path)", as: "ann", ["Accept: \(accept)"], gives: 200).run(
                    on: api)
                #expect(response.text.hasPrefix(start))
            }
        }
    }

    @Test(arguments: [
        Scenario("GET /api/user/ledger", gives: 401), Scenario("GET /api/user/ledger", as: "carl", gives: 204),
        Scenario("GET /api/user/ledger", as: "carl", ["Accept: text/csv"], gives: 204),
        Scenario("POST /api/user/ledger", as: "ann", gives: 405, has: ["Allow: GET, HEAD, OPTIONS"]),
        Scenario("HEAD /api/user/ledger", as: "carl", gives: 204),
    ])
    func isTheUsersOwn(_ scenario: Scenario) async {
        await scenario.run(on: Self.api())
    }
}

/// Lists by pages: `?limit=` and the cursor of `Link`.
@Suite struct PageTests {
    private static func api(orders count: Int) -> TestAPI {
        let api = TestAPI()
        for index in 1...count { api.addOrder("\(index)", .new, accrual: 0, at: api.clock.now, of: "carl") }
        return api
    }

    private static func numbers(_ response: ClientResponse) -> [Int] {
        response.text.matches(of: /"number":"(\d+)"/).compactMap { Int($0.1) }
    }

    private static func next(_ response: ClientResponse) -> String? {
        response["Link"]?.firstMatch(of: /^<(\/api\/user\/orders\?limit=\d+&cursor=[0-9a-z.]+)>; rel="next"$/).map {
            String($0.1)
        }
    }

    @Test(arguments: [1, 2, 7, 10, 11, 1000])
    func pagesFollowEachOther(limit: Int) async throws {
        let api = Self.api(orders: 10)
        var target: String? = "/api/user/orders?limit=\(limit)"
        var seen: [Int] = []
        while let page = target {
            let response = await Scenario("GET \(page)", as: "carl", gives: 200).run(on: api)
            #expect(Self.numbers(response).count <= limit)
            seen += Self.numbers(response)
            target = Self.next(response)
            #expect(response.has("Link") == (target != nil))
        }
        #expect(seen == (1...10).reversed())
    }

    @Test func everyListHasPages() async {
        let api = TestAPI()
        for (path, part) in [("/api/user/orders", #""number":"59""#), ("/api/user/withdrawals", #""order":"067""#)] {
            let response = await Scenario("GET \(path)?limit=1", as: "ann", gives: 200, part: part).run(on: api)
            #expect(response["Link"]?.hasPrefix("<\(path)?limit=1&cursor=") == true)
        }
    }

    @Test(
        arguments: ["orders", "withdrawals", "ledger"],
        [
            "limit=0", "limit=-1", "limit=1001", "limit=", "limit=x", "limit=1.5", "limit=+1", "limit= 1",
            "limit=1&limit=2",
            "limit=99999999999999999999", "cursor=1", "limit=1&cursor=", "limit=1&cursor=1", "limit=1&cursor=1.",
            "limit=1&cursor=.1",
            "limit=1&cursor=1.1", "limit=1&cursor=-1.1", "limit=1&cursor=zzzzzzzzzzzzzzzzzzzz.1",
            "limit=1&cursor=1.1.1",
        ])
    func foreignCursorsAreRefused(list: String, query: String) async {
        let target = "/api/user/\(list)?\(query.replacing(" ", with: "%20"))"
        await Scenario("GET \(target)", as: "ann", gives: 400).run()
    }

    /// Cursors with a byte changed or cut, and those of another user, are refused.
    @Test func alteredCursorsAreRefused() async throws {
        let api = Self.api(orders: 10)
        let page = await Scenario("GET /api/user/orders?limit=5", as: "carl", gives: 200).run(on: api)
        let next = try #require(Self.next(page))
        let start = try #require(next.firstRange(of: "cursor=")).upperBound
        await Scenario("GET \(next)", as: "carl", gives: 200).run(on: api)
        await Scenario("GET \(next)", as: "ann", gives: 400).run(on: api)
        for index in next[start...].indices {
            await Scenario("GET \(next[..<index])", as: "carl", gives: 400).run(on: api)
            var altered = next
            altered.replaceSubrange(index...index, with: next[index] == "1" ? "2" : "1")
            await Scenario("GET \(altered)", as: "carl", gives: 400).run(on: api)
        }
    }

    /// A cursor of one list is not valid for another.
    @Test func cursorsOfOtherListsAreRefused() async throws {
        let api = TestAPI()
        let page = await Scenario("GET /api/user/orders?limit=1", as: "ann", gives: 200).run(on: api)
        let query = try #require(Self.next(page)?.firstMatch(of: /\?.*/)?.0)
        await Scenario("GET /api/user/orders\(query)", as: "ann", gives: 200).run(on: api)
        for list in ["withdrawals", "ledger"] {
            await Scenario("GET /api/user/\(list)\(query)", as: "ann", gives: 400).run(on: api)
        }
    }

    @Test func parametersOfOthersAreNothing() async {
        await Scenario("GET /api/user/orders?page=2&x", as: "ann", gives: 200, lacks: ["Link"]).run()
        await Scenario("GET /api/user/balance?limit=x", as: "ann", gives: 200).run()
    }
}
