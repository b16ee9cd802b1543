import EndToEndSupport
import Foundation
import JSON
import SQLite
import TestSupport
import Testing

/// A day at the counter: signing in, selling, watching the points arrive, returning, spending, refunding, and the
/// record of it all.
@Suite(.serialized)
struct StaffJourneyTests {
    /// Adds an owner whose name and password are those of a customer.
    private static func addOwner(_ name: String, in folder: Folder) throws {
        let statement = """
            INSERT INTO staff (name, kind, role, state, password_hash, created_at)
            SELECT login, 1, 2, 0, password_hash, created_at FROM users WHERE login = '\(name)'
            """
        switch TestEngine.current {
        case .sqlite:
            let database = try Database(path: folder.file("martlet.db"), mode: .readWriteCreate)
            defer { database.close() }
            try database.execute(statement)
        case .postgres: try folder.executeOnPostgreSQL(statement)
        }
    }

    private func signedIn(_ name: String, to server: Server) throws -> (client: Client, fields: [String]) {
        let client = try server.staffClient()
        let answer = try client.send("POST", "/api/staff/session", #"{"name":"\#(name)","password":"secret"}"#)
        #expect(answer.status == 200, "\(answer.text)")
        let cookie = try #require(answer["Set-Cookie"]?.split(separator: ";").first)
        return (client, ["Cookie: \(cookie)"])
    }

    @Test func dayAtTheCounter() throws {
        let folder = try Folder()
        var server = try Server.serving(in: folder)
        let shopper = try server.client()
        try shopper.register("anna")
        let session = shopper.authorization
        try shopper.register("olga")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        try Self.addOwner("olga", in: folder)
        server = try Server.serving(in: folder)

        let (staff, fields) = try signedIn("olga", to: server)
        let rule = #"{"match":"Bork","reward":10,"reward_type":"%"}"#
        #expect(try staff.send("POST", "/api/staff/rules", rule, fields: fields).status == 201)
        let order = orderNumber(4711)
        let sale = #"{"order":"\#(order)","goods":[{"description":"Bork","price":1000}],"customer":1}"#
        let repeated = fields + ["Idempotency-Key: sale-1"]
        let sold = try staff.send("POST", "/api/staff/receipts", sale, fields: repeated)
        #expect(sold.status == 201, "\(sold.text)")
        #expect(try staff.send("POST", "/api/staff/receipts", sale, fields: repeated).body == sold.body)
        shopper.authorization = session
        _ = try shopper.reconnected(to: server)
        try eventually("the order is credited") {
            try shopper.send("GET", "/api/user/balance").text == #"{"current":100,"withdrawn":0}"#
        }

        try expectPointsMove(staff, fields, order: order)
        #expect(try shopper.send("GET", "/api/user/balance").text == #"{"current":80,"withdrawn":0}"#)
        let actions = try staff.send("GET", "/api/staff/actions", fields: fields).json?.array ?? []
        #expect(
            actions.compactMap { $0.object?["action"]?.string } == [
                "withdrawal.refund", "points.spend", "order.return", "receipt.add", "rule.add", "staff.sign-in",
            ])
        #expect(actions.allSatisfy { $0.object?["by"]?.string == "olga" })
        try expectSessionsAreWorthlessElsewhere(server, staff: fields, customer: try #require(session))
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(!server.logText.contains("secret"))
    }

    /// A kept response names its customer, and contains a password. The file of the database shows neither.
    @Test func aDeletedCustomerLeavesNoLogin() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let command = try Server(
            in: folder, arguments: ["staff", "add", "boss", "--role", "owner", "--generate", "-d", "martlet.db"])
        #expect(try command.waitForEnd() == 0, "\(command.logText)")
        let password = try #require(command.outputText.firstMatch(of: /password: (\S+)/)?.output.1)
        let staff = try server.staffClient()
        let signIn = try staff.send("POST", "/api/staff/session", #"{"name":"boss","password":"\#(password)"}"#)
        let fields = ["Cookie: \(try #require(signIn["Set-Cookie"]?.split(separator: ";").first))"]
        let repeated = fields + ["Idempotency-Key: a3f1c0de-0001-4c0f-9d57"]
        let login = "customer-to-be-forgotten"
        let added = try staff.send("POST", "/api/staff/customers", #"{"login":"\#(login)"}"#, fields: repeated)
        #expect(added.status == 201, "\(added.text)")
        let initial = try #require(added.json?.object?["password"]?.string)
        let id = try #require(added.text.firstMatch(of: /"id":(\d+)/)?.output.1)
        let gift = try staff.send(
            "POST", "/api/staff/customers/\(id)/adjustments", #"{"points":5,"reason":"r"}"#,
            fields: fields + ["Idempotency-Key: two"])
        #expect(gift.status == 200, "\(gift.text)")
        #expect(try staff.send("DELETE", "/api/staff/customers/\(id)", fields: fields).status == 204)
        let again = try staff.send("POST", "/api/staff/customers", #"{"login":"\#(login)"}"#, fields: repeated)
        #expect(again.status == 404 && !again.text.contains(login), "\(again.text)")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        let file = try folder.databaseBytes()
        for text in [login, initial] { #expect(file.range(of: Data(text.utf8)) == nil, "\(text)") }
    }

    private func expectPointsMove(_ staff: Client, _ fields: [String], order: String) throws {
        let back = try staff.send(
            "POST", "/api/staff/orders/\(order)/return", #"{"points":20,"reason":"a cup"}"#, fields: fields)
        #expect(back.text.hasPrefix(#"{"returned":20,"missing":0,"left":80,"#), "\(back.text)")
        let paid = orderNumber(4712)
        let spending = #"{"order":"\#(paid)","sum":30}"#
        #expect(try staff.send("POST", "/api/staff/customers/1/withdrawals", spending, fields: fields).status == 200)
        let refund = try staff.send(
            "POST", "/api/staff/withdrawals/\(paid)/refund", #"{"reason":"mistyped"}"#, fields: fields)
        #expect(refund.text.hasPrefix(#"{"points":30,"customer":{"id":1,"login":"anna","#), "\(refund.text)")
        let figures = try staff.send("GET", "/api/staff/figures?days=400", fields: fields)
        #expect(figures.json?.object?["days"]?.array?.count == 400)
        #expect(figures.text.contains(#""granted":100,"spent":30,"returned":20,"refunded":30,"#), "\(figures.text)")
    }

    /// A session of the staff opens nothing for customers, and the reverse.
    private func expectSessionsAreWorthlessElsewhere(_ server: Server, staff: [String], customer: String) throws {
        let shop = try server.client()
        let token = try #require(staff.first?.split(separator: "=").last)
        for fields in [staff, ["Cookie: session=\(token)"], ["Authorization: Bearer \(token)"]] {
            #expect(try shop.send("GET", "/api/user/balance", fields: fields).status == 401)
        }
        let counter = try server.staffClient()
        let customerToken = try #require(customer.split(separator: " ").last)
        for fields in [
            ["Authorization: \(customer)"], ["Cookie: session=\(customerToken)"], ["Cookie: staff=\(customerToken)"],
        ] {
            #expect(try counter.send("GET", "/api/staff/me", fields: fields).status == 401)
        }
    }
}
