import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// From an upload to points on the account and off it again, through everything an accrual system does, and a kill.
@Suite(.serialized)
struct OrderJourneyTests {
    /// Every answer that an accrual system has before the last.
    private static func hesitation(about order: String) -> [AccrualServer.Answer] {
        [
            .unknown, .known(order, "REGISTERED"), .known(order, "PROCESSING"), .throttled(seconds: 1), .failure,
            .known(order, "PROCESSED", accrual: "729.98"),
        ]
    }

    /// The order of the user `second` has ended too. A cookie is as good as a token.
    private func expectOnlyAnInvalidOrder(of second: Client) throws {
        let login = try second.send("POST", "/api/user/login", #"{"login":"second","password":"secret"}"#)
        let cookie = try #require(login["Set-Cookie"]?.split(separator: ";").first)
        second.authorization = nil
        let orders = try second.send("GET", "/api/user/orders", fields: ["Cookie: \(cookie)"])
        #expect(orders.text.contains(#""status":"INVALID","uploaded_at":"#))
        #expect(try second.send("GET", "/api/user/withdrawals", fields: ["Cookie: \(cookie)"]).status == 204)
    }

    @Test func anOrderTurnsIntoPointsThatCanBeSpent() throws {
        let folder = try Folder()
        let accrual = try AccrualServer()
        let order = orderNumber(1_234_567_890)
        accrual.answer(order, with: Self.hesitation(about: order))
        let rejected = orderNumber(555)
        accrual.answer(rejected, with: [.known(rejected, "INVALID")])
        var server = try Server.serving(in: folder, accrual: accrual.address)
        let first = try server.client()
        let second = try server.client()
        try first.register("first")
        try second.register("second")
        #expect(try first.send("POST", "/api/user/orders", order).status == 202)
        #expect(try first.send("POST", "/api/user/orders", order).status == 200)
        #expect(try second.send("POST", "/api/user/orders", order).status == 409)
        #expect(try second.send("POST", "/api/user/orders", rejected).status == 202)

        // While the accrual system is still undecided, the process dies as in a power cut.
        try eventually("the order is PROCESSING") { try status(of: order, first) == "PROCESSING" }
        server.killAtOnce()
        server = try Server.serving(in: folder, accrual: accrual.address)
        let again = try server.client()
        again.authorization = first.authorization
        try eventually("the order is PROCESSED") { try status(of: order, again) == "PROCESSED" }

        let list = try again.send("GET", "/api/user/orders")
        #expect(list["Content-Type"] == "application/json")
        #expect(list.text.contains(#""number":"\#(order)","status":"PROCESSED","accrual":729.98,"uploaded_at":"20"#))
        #expect(try again.send("GET", "/api/user/balance").text == #"{"current":729.98,"withdrawn":0}"#)

        let withdrawal = #"{"order":"\#(orderNumber(42))","sum":229.48}"#
        #expect(try again.send("POST", "/api/user/balance/withdraw", withdrawal).status == 200)
        #expect(try again.send("POST", "/api/user/balance/withdraw", withdrawal).status == 200)
        server.killAtOnce()
        server = try Server.serving(in: folder, accrual: accrual.address)
        let last = try server.client()
        last.authorization = first.authorization
        #expect(try last.send("GET", "/api/user/balance").text == #"{"current":500.5,"withdrawn":229.48}"#)
        let withdrawals = try last.send("GET", "/api/user/withdrawals")
        #expect(withdrawals.text.hasPrefix(#"[{"order":"\#(orderNumber(42))","sum":229.48,"processed_at":"20"#))

        try expectOnlyAnInvalidOrder(of: second.reconnected(to: server))
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(!server.logText.contains("secret"))
    }

    @Test func retryAfterIsObeyed() throws {
        let folder = try Folder()
        let accrual = try AccrualServer()
        let order = orderNumber(77)
        let other = orderNumber(78)
        accrual.answer(order, with: [.throttled(seconds: 2), .known(order, "PROCESSED", accrual: "1")])
        accrual.answer(other, with: [.known(other, "PROCESSED", accrual: "1")])
        let server = try Server.serving(in: folder, accrual: accrual.address)
        let client = try server.client()
        try client.register("user")
        #expect(try client.send("POST", "/api/user/orders", order).status == 202)
        try eventually("it was asked") { !accrual.asked(order).isEmpty }
        #expect(try client.send("POST", "/api/user/orders", other).status == 202)
        try eventually("both are PROCESSED") {
            try client.send("GET", "/api/user/balance").text == #"{"current":2,"withdrawn":0}"#
        }
        let throttled = try #require(accrual.asked(order).first)
        let next = (accrual.asked(order).dropFirst() + accrual.asked(other)).min()
        #expect(try #require(next).timeIntervalSince(throttled) >= 1.9)
    }

    private func status(of order: String, _ client: Client) throws -> String? {
        let list = try client.send("GET", "/api/user/orders")
        let item = list.json?.array?.first { $0.object?["number"]?.string == order }
        return item?.object?["status"]?.string
    }
}
