import HTTP
import JSON
import Loyalty
import TestSupport
import Testing

@testable import API

/// The rights of the staff API: each route as each kind of client.
@Suite struct StaffRightsTests {
    enum Right: Sendable { case everyone, cashier, person, owner }

    /// Every route with the clients that may use it. The descriptions have the same routes, so that none is forgotten.
    static let routes: [(line: String, right: Right)] = [
        ("POST /api/staff/session", .everyone), ("DELETE /api/staff/session", .person),
        ("GET /api/staff/me", .cashier), ("POST /api/staff/me/password", .person),
        ("GET /api/staff/customers", .cashier), ("POST /api/staff/customers", .cashier),
        ("GET /api/staff/customers/{id}", .cashier), ("DELETE /api/staff/customers/{id}", .owner),
        ("GET /api/staff/customers/{id}/orders", .cashier), ("GET /api/staff/customers/{id}/withdrawals", .cashier),
        ("GET /api/staff/customers/{id}/ledger", .cashier), ("POST /api/staff/customers/{id}/password", .cashier),
        ("POST /api/staff/customers/{id}/disable", .owner), ("POST /api/staff/customers/{id}/enable", .owner),
        ("GET /api/staff/customers/{id}/export", .owner), ("POST /api/staff/customers/{id}/withdrawals", .cashier),
        ("POST /api/staff/customers/{id}/adjustments", .cashier),
        ("POST /api/staff/withdrawals/{number}/refund", .cashier), ("GET /api/staff/orders/{number}", .cashier),
        ("POST /api/staff/orders/{number}/return", .cashier), ("POST /api/staff/order-numbers", .cashier),
        ("POST /api/staff/receipts/preview", .cashier), ("POST /api/staff/receipts", .cashier),
        ("PUT /api/staff/receipts/{number}", .cashier), ("GET /api/staff/rules", .cashier),
        ("POST /api/staff/rules", .owner), ("DELETE /api/staff/rules", .owner), ("POST /api/staff/rules/try", .cashier),
        ("GET /api/staff/registration", .cashier), ("PUT /api/staff/registration", .owner),
        ("GET /api/staff/figures", .cashier), ("GET /api/staff/backups", .owner), ("POST /api/staff/backups", .owner),
        ("GET /api/staff/actions", .owner), ("GET /api/staff/staff", .owner), ("POST /api/staff/staff", .owner),
        ("DELETE /api/staff/staff/{name}", .owner), ("POST /api/staff/staff/{name}/disable", .owner),
        ("POST /api/staff/staff/{name}/enable", .owner), ("POST /api/staff/staff/{name}/password", .owner),
        ("PUT /api/staff/staff/{name}/role", .owner), ("POST /api/staff/keys", .owner),
        ("DELETE /api/staff/keys/{name}", .owner), ("GET /openapi.json", .everyone),
        ("GET /docs", .everyone),
    ]

    typealias Token = TestStaffAPI.Token

    private static let strangers: [String?] = [
        nil, Token.customer, Token.expired, Token.disabled, Token.removedKey, "an-invented-token",
    ]
    private static let staff = [Token.owner, Token.cashier, Token.ownerKey, Token.cashierKey]

    @Test func everyRouteIsInTheTable() throws {
        let paths = try #require(DescribedAPI.staff.document["paths"]?.object?.members)
        let described = paths.flatMap { path in
            (path.value.object?.members ?? []).map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(described.sorted() == Self.routes.map(\.line).sorted())
    }

    /// A body that no route takes: a client with the right gets 400, 404 or a success, but neither 401 nor 403.
    private static func scenario(_ line: String, as token: String?) -> Scenario {
        let target = line.replacing("{id}", with: "1").replacing("{number}", with: "18").replacing(
            "{name}", with: "nobody")
        let body: Body? = line.hasPrefix("GET") ? nil : #"{"current":"x","new":"y"}"#
        return Scenario(target, as: token, body: body, gives: 200)
    }

    @Test(arguments: routes) func strangersAreRefused(line: String, right: Right) async throws {
        for token in Self.strangers {
            let api = try await TestStaffAPI.filled()
            let response = await api.response(to: Self.scenario(line, as: token).request)
            #expect((response.status == 401) == (right != .everyone), "\(token ?? "nobody"): \(response.text)")
            #expect(response.faults == [])
        }
    }

    @Test(arguments: routes) func staffHasTheRightsOfItsRole(line: String, right: Right) async throws {
        for token in Self.staff {
            let api = try await TestStaffAPI.filled()
            let response = await api.response(to: Self.scenario(line, as: token).request)
            let isOwner = token == Token.owner || token == Token.ownerKey
            let isKey = token == Token.ownerKey || token == Token.cashierKey
            let isForbidden = right == .owner && !isOwner || right == .person && isKey
            let saysForbidden = response.status == 403 && response.text.contains("#problem-forbidden\"")
            #expect(saysForbidden == isForbidden, "\(token): \(response.status) \(response.text)")
            #expect(response.status != 401)
            #expect(response.faults == [])
        }
    }

    /// A cash register can't sign in.
    @Test func unknownKeyIsCalledUnknown() async throws {
        let api = try await TestStaffAPI.filled()
        for words in ["The key is unknown or was removed", "#problem-sign-in-required"] {
            let scenario = Scenario(
                "GET /api/staff/me", as: "nonsense", gives: 401, has: ["WWW-Authenticate: Bearer"], part: words)
            await api.run(scenario)
        }
        await api.run(Scenario("GET /api/staff/me", gives: 401, part: "Sign in first."))
    }

    /// A key is no cookie, and a session may be either.
    @Test func cookiePresentsSessionsAlone() async throws {
        let api = try await TestStaffAPI.filled()
        for (cookie, status) in [
            ("staff=owner", 200), ("staff=owner-key", 401), ("session=owner", 401), ("staff=expired; staff=owner", 200),
            ("staff=customer", 401), ("staff=", 401),
        ] {
            await api.run(Scenario("GET /api/staff/me", ["Cookie: \(cookie)"], gives: status))
        }
    }

    /// An account that is disabled or deleted loses its sessions at once, and a key that is removed its rights.
    @Test(arguments: [
        ("POST /api/staff/staff/carl/disable", Token.cashier), ("DELETE /api/staff/staff/carl", Token.cashier),
        ("POST /api/staff/staff/carl/password", Token.cashier),
        ("DELETE /api/staff/keys/cashier-key", Token.cashierKey),
    ]) func rightsEndAtOnce(line: String, token: String) async throws {
        let api = try await TestStaffAPI.filled()
        await api.run(Scenario("GET /api/staff/me", as: token, gives: 200))
        #expect(await api.response(to: Scenario(line, as: Token.owner, gives: 200).request).status < 300)
        await api.run(Scenario("GET /api/staff/me", as: token, gives: 401))
    }

    /// A session of a demoted owner is one of a cashier at once.
    @Test func demotedOwnerIsACashier() async throws {
        let api = try await TestStaffAPI.filled()
        await api.run(Scenario("GET /api/staff/actions?limit=1", as: Token.owner, gives: 200))
        let role = { (line: String, role: String, status: Int) in
            Scenario(line, as: "owner-key", body: Body(stringLiteral: #"{"role":"\#(role)"}"#), gives: status)
        }
        await api.run(role("PUT /api/staff/staff/olga/role", "cashier", 200))
        await api.run(Scenario("GET /api/staff/actions?limit=1", as: Token.owner, gives: 403))
        await api.run(
            Scenario("GET /api/staff/me", as: Token.owner, gives: 200, part: #""role":"cashier""#))
        for name in ["oscar", "olga"] {
            await api.run(
                Scenario(
                    "PUT /api/staff/staff/\(name)/role", as: Token.owner, body: #"{"role":"owner"}"#, gives: 403))
        }
        // Oscar is the last owner.
        await api.run(role("PUT /api/staff/staff/oscar/role", "cashier", 409))
        await api.run(role("PUT /api/staff/staff/oscar/role", "owner", 200))
        await api.run(role("PUT /api/staff/staff/till/role", "owner", 404))
        await api.run(role("PUT /api/staff/staff/cashier-key/role", "owner", 404))
        await api.run(role("PUT /api/staff/staff/olga/role", "manager", 400))
        await api.run(role("PUT /api/staff/staff/olga/role", "owner", 200))
        await api.run(Scenario("GET /api/staff/actions?limit=1", as: Token.owner, gives: 200))
    }

    /// Against DNS rebinding, the listener is served by its names alone.
    @Test(arguments: HostCheckTests.cases) func foreignNamesAreRefused(host: String, isServed: Bool) async throws {
        let api = try await TestStaffAPI.filled(hostNames: ["Accrual", "metrics.shop.example"])
        for line in ["GET /api/staff/me", "PUT /api/staff/registration", "GET /docs", "OPTIONS *"] {
            let body: Body? = line.hasPrefix("PUT") ? #"{"open":true}"# : nil
            let request = Scenario(line, as: Token.owner, ["Host: \(host)"], body: body, gives: 200).request
            let response = await api.response(to: request)
            #expect((response.status == 421) == !isServed, "\(line) \(response.status)")
        }
    }

    @Test(arguments: ["POST /api/staff/backups", "PUT /api/staff/registration", "DELETE /api/staff/rules?match=Bork"])
    func otherSitesAreRefused(line: String) async throws {
        let api = try await TestStaffAPI.filled()
        for fields in [
            ["Sec-Fetch-Site: cross-site"], ["Origin: https://evil.example"], ["Sec-Fetch-Site: same-site"],
            ["Referer: https://evil.example/page"],
        ] {
            await api.run(
                Scenario(
                    line, fields + ["Cookie: staff=owner"], body: "{\"open\":true}", gives: 403,
                    part: "#problem-cross-site"))
        }
    }
}
