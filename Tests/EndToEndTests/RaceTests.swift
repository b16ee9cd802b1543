import EndToEndSupport
import TestSupport
import Testing

/// Many clients that want the same thing at the same moment.
@Suite(.serialized)
struct RaceTests {
    @Test func oneOfTwentyGetsTheLogin() throws {
        let server = try Server.serving(in: try Folder())
        let endpoint = try server.endpoint()
        let statuses = try atOnce(20) { _ in
            try Client(endpoint: endpoint).send("POST", "/api/user/register", #"{"login":"same","password":"p"}"#)
                .status
        }
        #expect(statuses.sorted() == [200] + Array(repeating: 409, count: 19))
    }

    @Test func oneOfEightUsersGetsTheOrder() throws {
        let server = try Server.serving(in: try Folder())
        let endpoint = try server.endpoint()
        let statuses = try atOnce(8) { index in
            let client = try Client(endpoint: endpoint)
            try client.register("user-\(index)")
            return try client.send("POST", "/api/user/orders", orderNumber(12_345)).status
        }
        #expect(statuses.sorted() == [202] + Array(repeating: 409, count: 7))
    }

    @Test func oneUserUploadsEightTimes() throws {
        let server = try Server.serving(in: try Folder())
        let endpoint = try server.endpoint()
        let owner = try server.client()
        try owner.register("user")
        let authorization = owner.authorization
        let statuses = try atOnce(8) { _ in
            let client = try Client(endpoint: endpoint)
            client.authorization = authorization
            return try client.send("POST", "/api/user/orders", orderNumber(12_345)).status
        }
        #expect(statuses.sorted() == Array(repeating: 200, count: 7) + [202])
    }

    @Test func sixtyFourWithdrawTheSameHundredPoints() throws {
        let accrual = try AccrualServer()
        let order = orderNumber(9_876)
        accrual.answer(order, with: [.known(order, "PROCESSED", accrual: "100")])
        let server = try Server.serving(in: try Folder(), accrual: accrual.address)
        let endpoint = try server.endpoint()
        let owner = try server.client()
        try owner.register("user")
        #expect(try owner.send("POST", "/api/user/orders", order).status == 202)
        try eventually("the points are there") {
            try owner.send("GET", "/api/user/balance").text == #"{"current":100,"withdrawn":0}"#
        }
        let authorization = owner.authorization
        let statuses = try atOnce(64) { index in
            let client = try Client(endpoint: endpoint)
            client.authorization = authorization
            let body = #"{"order":"\#(orderNumber(1_000 + index))","sum":10}"#
            return try client.send("POST", "/api/user/balance/withdraw", body).status
        }
        #expect(statuses.sorted() == Array(repeating: 200, count: 10) + Array(repeating: 402, count: 54))
        #expect(try owner.send("GET", "/api/user/balance").text == #"{"current":0,"withdrawn":100}"#)
        #expect(try owner.send("GET", "/api/user/withdrawals").json?.array?.count == 10)
    }
}
