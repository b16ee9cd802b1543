import Gzip
import HTTP
import JSON
import Loyalty
import Storage
import TestSupport
import Testing

@testable import API

/// The results of the staff API's operations.
@Suite struct StaffAPITests {
    private static let goods = StaffScenarios.goods

    @Test(arguments: StaffScenarios.all) func operationHasItsResult(scenario: Scenario) async throws {
        try await TestStaffAPI.filled().run(scenario)
    }

    /// A request that is cut anywhere, or whose bytes are changed, gets an answer that is described.
    @Test(arguments: StaffScenarios.points + StaffScenarios.shop) func hostileBodiesAreAnswered(scenario: Scenario)
        async throws
    {
        guard let body = scenario.body else { return }
        let api = try await TestStaffAPI.filled()
        var random = SeededRandom(seed: 7)
        for _ in 0..<20 {
            var bytes = Array(body.bytes.prefix(Int.random(in: 0...body.bytes.count, using: &random)))
            for index in bytes.indices where Int.random(in: 0..<12, using: &random) == 0 {
                bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
            let request = Scenario(scenario.line, as: scenario.user, body: Body(bytes), gives: 200).request
            let response = await api.response(to: request)
            #expect(response.status < 500 && response.faults == [], "\(bytes)")
            #expect(DescribedAPI.staff.faults(of: response, to: request) == [], "\(bytes)")
        }
    }

    @Test func lastOwnerStays() async throws {
        let api = try await TestStaffAPI.filled()
        await api.run(Scenario("DELETE /api/staff/staff/oscar", as: "owner", gives: 204))
        await api.run(Scenario("DELETE /api/staff/staff/olga", as: "owner", gives: 409, part: "last-owner"))
        await api.run(Scenario("POST /api/staff/staff/olga/disable", as: "owner", gives: 409))
    }

    @Test func anotherAccrualSystemHasTheReceipts() async throws {
        let api = try await TestStaffAPI.filled(hasRewards: false, hasBackups: false)
        for (line, status) in [
            ("GET /api/staff/rules", 404), ("POST /api/staff/receipts", 404), ("GET /api/staff/backups", 409),
            ("POST /api/staff/backups", 409),
        ] {
            await api.run(Scenario(line, as: "owner", body: line.hasPrefix("POST") ? "{}" : nil, gives: status))
        }
    }

    /// The engine's reason is what the owner reads, and not that a folder is missing.
    @Test func backupsAreMadeElsewhere() async throws {
        let api = try await TestStaffAPI.filled(hasBackups: false, backupRefusal: "Other tools make them.")
        for line in ["GET /api/staff/backups", "POST /api/staff/backups"] {
            let response = await api.run(
                Scenario(line, as: "owner", gives: 409, part: "/docs#problem-backups-elsewhere"))
            #expect(response.text.contains(#""detail":"Other tools make them.""#), "\(response.text)")
        }
        await api.run(Scenario("GET /api/staff/figures", as: "owner", gives: 200, part: #""backup":null"#))
    }

    /// A server that does not lead keeps no queue of its own.
    @Test(arguments: [("troubled", 7, "troubled"), (nil, 3, "healthy")] as [(String?, Int, String)])
    func theQueueIsThatOfTheServerThatLeads(reported: String?, waiting: Int, accrual: String) async throws {
        let report = LeadersReport(text: reported, hasReceiptServer: false)
        let api = try await TestStaffAPI.filled(leadersReport: report)
        let part = #""queue":{"waiting":\#(waiting)},"accrual":{"state":"\#(accrual)"}"#
        await api.run(Scenario("GET /api/staff/figures", as: "owner", gives: 200, part: part))
    }

    @Test func pagesFollowEachOther() async throws {
        let api = try await TestStaffAPI.filled()
        for number in 0..<5 { try await api.apply(.addCustomer(try Login("bea+\(number)"), PlainHasher.hash("p"))) }
        var target = "/api/staff/customers?login=bea%2B&limit=2"
        var logins: [String] = []
        while true {
            let response = await api.run(Scenario("GET \(target)", as: "cashier", gives: 200))
            let page = try #require(try JSONParser.parse(response.body).array)
            logins += page.compactMap { $0["login"]?.string }
            guard let link = response["Link"]?.split(separator: ">").first?.dropFirst() else { break }
            target = String(link)
        }
        #expect(logins == (0..<5).map { "bea+\($0)" })
    }

    /// The next page of the table is a table too, and together the pages have each action once.
    @Test func pagesOfTheTableOfActionsFollowEachOther() async throws {
        let api = try await TestStaffAPI.filled()
        let path = "/api/staff/actions?format=csv"
        func lines(_ response: ClientResponse) -> [Substring] {
            Array(response.text.split(whereSeparator: \.isNewline).dropFirst())
        }
        let all = lines(await api.run(Scenario("GET \(path)", as: "owner", gives: 200)))
        var target: String? = "\(path)&limit=2"
        var found: [Substring] = []
        while let page = target, found.count < all.count {
            let response = await api.run(Scenario("GET \(page)", as: "owner", gives: 200, part: ActionTable.heading))
            found += lines(response)
            target = response["Link"]?.split(separator: ">").first.map { String($0.dropFirst()) }
        }
        #expect(all.count > 4 && found == all)
        #expect(target == nil)
    }

    // MARK: - Idempotency

    private static let sale = Body("{\"order\":\"34\",\(goods),\"customer\":1}")

    @Test func repeatedRequestGetsTheFirstResponse() async throws {
        let api = try await TestStaffAPI.filled()
        let key = "Idempotency-Key: 5b0c-9f7e-11ee-8c90-"
        for (line, body, status) in [
            ("POST /api/staff/customers/1/adjustments", #"{"points":5,"reason":"r"}"# as Body, 200),
            ("POST /api/staff/customers/1/withdrawals", #"{"order":"42","sum":1}"#, 200),
            ("POST /api/staff/orders/18/return", #"{"points":1,"reason":"r"}"#, 200),
            ("POST /api/staff/receipts", Self.sale, 201), ("POST /api/staff/customers", #"{"login":"bob"}"#, 201),
        ] {
            let fields = [key + String(status) + line.suffix(4)]
            let first = await api.run(Scenario(line, as: "cashier", fields, body: body, gives: status))
            let again = await api.run(Scenario(line, as: "cashier", fields, body: body, gives: status))
            #expect(again.body == first.body, "\(line)")
            await api.run(
                Scenario(
                    line, as: "cashier", fields, body: Body(body.bytes + [0x20]), gives: 422,
                    part: "idempotency-key-reused"))
        }
        #expect(api.queue.numbers.count == 1)
    }

    @Test func keysBelongToOneAccountForADay() async throws {
        let api = try await TestStaffAPI.filled()
        let gift = Scenario(
            "POST /api/staff/customers/1/adjustments", as: "cashier-key", ["Idempotency-Key: k"],
            body: #"{"points":1,"reason":"r"}"#, gives: 200, part: #""current":1001"#)
        await api.run(gift)
        await api.run(gift)
        await api.run(
            Scenario(gift.line, as: "owner-key", gift.fields, body: gift.body, gives: 200, part: #""current":1002"#))
        api.clock.advance(bySeconds: 86_401)
        await api.run(
            Scenario(gift.line, as: "cashier-key", gift.fields, body: gift.body, gives: 200, part: #""current":1003"#))
    }

    /// A refused change changed nothing, so that its repetition is decided anew: a reason may be gone by then.
    @Test func refusedRequestIsDecidedAnew() async throws {
        let api = try await TestStaffAPI.filled()
        let fields = ["Idempotency-Key: 5b0c-9f7e-11ee-8c90a"]
        let gift = Scenario(
            "POST /api/staff/customers/1/adjustments", as: "owner", body: #"{"points":1,"reason":"r"}"#, gives: 200)
        let spending: Body = #"{"order":"42","sum":1001}"#
        let spend = { (status: Int) in
            Scenario(
                "POST /api/staff/customers/1/withdrawals", as: "cashier", fields, body: spending, gives: status)
        }
        await api.run(spend(402))
        await api.run(spend(402))
        await api.run(gift)
        await api.run(spend(200))
        await api.run(gift)
        await api.run(spend(200))
        await api.run(
            Scenario("GET /api/staff/customers/1", as: "cashier", gives: 200, part: #""current":1,"withdrawn":1001"#))
        // Any refusal leaves the key free, also for another request.
        let limited = ["Idempotency-Key: too-large"]
        let line = "POST /api/staff/customers/1/adjustments"
        for (points, status) in [("9999", 403), ("-1000", 409), ("0", 422), ("5", 200), ("6", 422)] {
            let body = Body(stringLiteral: #"{"points":\#(points),"reason":"r"}"#)
            await api.run(Scenario(line, as: "cashier", limited, body: body, gives: status))
        }
    }

    /// A key belongs to the account: after another sign-in, a person gets the same response, with the password.
    @Test func keyIsNotBoundToASession() async throws {
        let api = try await TestStaffAPI.filled()
        let fields = ["Idempotency-Key: 5b0c-9f7e-11ee-8c90a"]
        let line = "POST /api/staff/customers"
        let first = await api.run(Scenario(line, as: "cashier", fields, body: #"{"login":"bob"}"#, gives: 201))
        let signIn = await api.run(
            Scenario("POST /api/staff/session", body: #"{"name":"carl","password":"secret"}"#, gives: 200))
        let token = try #require(signIn["Set-Cookie"]?.dropFirst(6).prefix { $0 != ";" })
        let again = await api.run(
            Scenario(line, as: String(token), fields, body: #"{"login":"bob"}"#, gives: 201))
        #expect(again.body == first.body && again.text.contains("password\":"))
        let other = await api.run(Scenario(line, as: "owner", fields, body: #"{"login":"bob"}"#, gives: 409))
        #expect(!other.text.contains("password\":"))
    }

    /// A repeated request neither shows a customer that was deleted since, nor does its change again.
    @Test func deletedCustomerIsNotShownAgain() async throws {
        let api = try await TestStaffAPI.filled()
        let fields = ["Idempotency-Key: 5b0c-9f7e-11ee-8c90a"]
        let add = { (status: Int) in
            Scenario(
                "POST /api/staff/customers", as: "cashier", fields, body: #"{"login":"bob"}"#, gives: status)
        }
        let sell = { (status: Int) in
            Scenario(
                "POST /api/staff/receipts", as: "cashier", ["Idempotency-Key: sale"],
                body: Body(stringLiteral: #"{"order":"34",\#(Self.goods),"customer":2}"#), gives: status)
        }
        await api.run(add(201))
        await api.run(sell(201))
        await api.run(Scenario("DELETE /api/staff/customers/2", as: "owner", gives: 204))
        for scenario in [add(404), sell(404)] {
            let again = await api.run(scenario)
            #expect(!again.text.contains("bob") && again.text.contains("customer-unknown"))
        }
        await api.run(Scenario("GET /api/staff/customers?login=bob", as: "cashier", gives: 200, text: "[]"))
    }

    /// A key of fewer than 20 characters does not protect the password of a new customer.
    @Test(arguments: ["", "a b", "ü", "1234567890123456789", String(repeating: "k", count: 256)])
    func badKeyIsRefused(key: String) async throws {
        try await TestStaffAPI.filled().run(
            Scenario(
                "POST /api/staff/customers", as: "cashier", ["Idempotency-Key: \(key)"], body: #"{"login":"bob"}"#,
                gives: 400))
    }

    // MARK: - Records

    @Test func failuresOfStaffAreSlowed() async throws {
        let api = try await TestStaffAPI.filled()
        for _ in 0..<6 {
            _ = await api.response(
                to: Scenario("POST /api/staff/session", body: #"{"name":"carl","password":"x"}"#, gives: 401).request)
        }
        await api.run(
            Scenario("POST /api/staff/session", body: #"{"name":"carl","password":"secret"}"#, gives: 429))
    }

    @Test func actionsNameTheirAuthor() async throws {
        let api = try await TestStaffAPI.filled()
        await api.run(
            Scenario(
                "POST /api/staff/customers/1/adjustments", as: "cashier", body: #"{"points":-5,"reason":"=a,\"b\""}"#,
                gives: 200))
        await api.run(
            Scenario(
                "GET /api/staff/actions?limit=1", as: "owner", gives: 200,
                part:
                    #""by":"carl","kind":"person","role":"cashier","action":"points.adjust","customer":{"id":1,"login":"anna"},"subject":"","details":{"points":-5,"note":"=a,\"b\""},"address":"192.0.2.1"}"#
            ))
        await api.run(
            Scenario(
                "GET /api/staff/actions?format=csv", as: "owner", gives: 200,
                part: #"carl,person,cashier,points.adjust,1,anna,,-5,"'=a,""b""",192.0.2.1"#))
    }
}
