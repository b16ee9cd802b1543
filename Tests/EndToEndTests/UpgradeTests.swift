import EndToEndSupport
import Foundation
import SQLite
import TestSupport
import Testing

/// A database of an earlier Martlet opens, keeps its content, and can be used further.
@Suite(.serialized, .filesOfSQLite)
struct UpgradeTests {
    /// The schema that this Martlet makes.
    private static let currentVersion: Int? = try? { () throws -> Int in
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        server.signal(SIGTERM)
        guard try server.waitForEnd() == 0 else { throw TestFailure(server.logText) }
        return try OldDatabase.version(of: folder.file("martlet.db"))
    }()

    /// A migration comes with a database of the schema before it, written by the Martlet that had that schema:
    /// `MARTLET_WRITE_DATABASE=1 Tests/run --filter UpgradeTests`, run before the migration is added.
    @Test func thereIsADatabaseOfEachEarlierSchema() throws {
        let current = try #require(Self.currentVersion)
        for version in 1..<current {
            #expect(
                OldDatabase.versions.contains(version), "Tests/EndToEndTests/Databases/schema-\(version).sql is missing"
            )
        }
        #expect(OldDatabase.versions.allSatisfy { (1...current).contains($0) })
    }

    @Test(arguments: OldDatabase.versions)
    func keepsWhatItHas(version: Int) throws {
        let folder = try Folder()
        let path = folder.file("martlet.db")
        let old = try OldDatabase(version: version)
        try old.write(to: path)

        // It would credit every order once more, if it were asked about again.
        let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "77") })
        let server = try Server.serving(in: folder, accrual: accrual.address)
        let client = try server.client()
        client.authorization = old.session
        try eventually("the unfinished orders are credited") {
            try History.statuses(client).allSatisfy { ["PROCESSED", "INVALID"].contains($0.status) }
        }
        #expect(try History.statuses(client).map(\.text) == History.ordersOnceFinished(at: "77"))
        #expect(try client.send("GET", "/api/user/balance").text == #"{"current":533.5,"withdrawn":120.5}"#)
        #expect(try History.withdrawals(client) == [History.withdrawal])
        // A repeated withdrawal is not done again.
        #expect(try History.withdraw(client).status == 200)
        #expect(try client.send("POST", "/api/user/orders", orderNumber(History.rich)).status == 200)
        #expect(try client.send("GET", "/api/user/balance").text == #"{"current":533.5,"withdrawn":120.5}"#)
        // A password of then is one of now.
        let other = try server.client()
        #expect(try History.signIn(other, "login", "борис").status == 200)
        #expect(try other.send("GET", "/api/user/balance").text == #"{"current":0,"withdrawn":729.98}"#)
        #expect(try other.send("POST", "/api/user/orders", orderNumber(History.rich)).status == 409)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        try KillTests.expectCheckPasses(folder)
        try Self.expectCopy(of: version, in: folder)
    }

    /// Checks the copy of the file as it was before the upgrade, if the upgrade changed it.
    private static func expectCopy(of version: Int, in folder: Folder) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let copies = names.filter { $0.contains(".before-schema-") }
        let isCurrent = try version == #require(Self.currentVersion)
        #expect(copies.count == (isCurrent ? 0 : 1))
        for copy in copies { #expect(try OldDatabase.version(of: folder.file(copy)) == version) }
    }

    /// Without a server, the first command converts the database.
    @Test func aCommandThatConvertsSaysSo() throws {
        let current = try #require(Self.currentVersion)
        let folder = try Folder()
        try OldDatabase(version: current - 1).write(to: folder.file("martlet.db"))
        let words = "the database is of schema \(current - 1); before it is brought to \(current), it is copied to "
        for isConverted in [false, true] {
            let list = try Server(in: folder, arguments: ["user", "list"])
            #expect(try list.waitForEnd() == 0 && list.outputText.contains("anna"), "\(list.logText)")
            #expect(isConverted ? list.logText.isEmpty : list.logText.hasPrefix("martlet: \(words)"), "\(list.logText)")
        }
        try Self.expectCopy(of: current - 1, in: folder)
    }

    /// Writes what the next schema's tests need.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["MARTLET_WRITE_DATABASE"] != nil))
    func writesADatabaseOfThisSchema() throws {
        let folder = try Folder()
        let session = try History.play(in: folder)
        try OldDatabase.record(folder.file("martlet.db"), session: session)
    }
}

/// The history of each old database, with an event of every kind.
private enum History {
    static let (rich, poor, invalid, known, new, spent) = (1001, 1002, 1003, 1004, 1005, 2001)
    static let withdrawal = "\(orderNumber(spent)) 120.5"
    private static let sessionSeconds = 315_360_000

    /// Returns a session that lasts.
    static func play(in folder: Folder) throws -> String {
        let lasting = ["MARTLET_SESSIONS_LIFETIME_S": "\(sessionSeconds)"]
        let accrual = try AccrualServer(otherwise: { number in
            switch number {
            case orderNumber(rich): .known(number, "PROCESSED", accrual: "500")
            case orderNumber(3001): .known(number, "PROCESSED", accrual: "729.98")
            case orderNumber(poor): .known(number, "PROCESSED")
            case orderNumber(invalid): .known(number, "INVALID")
            case orderNumber(known): .known(number, "PROCESSING")
            default: .unknown
            }
        })
        let server = try Server.serving(in: folder, accrual: accrual.address, environment: lasting)
        let client = try server.client()
        #expect(try signIn(client, "register", "anna").status == 200)
        for order in [rich, poor, invalid, known, new] {
            #expect(try client.send("POST", "/api/user/orders", orderNumber(order)).status == 202)
        }
        let other = try server.client()
        #expect(try signIn(other, "register", "борис").status == 200)
        #expect(try other.send("POST", "/api/user/orders", orderNumber(3001)).status == 202)
        try eventually("orders are in every status") {
            try statuses(client).map(\.status) == ["NEW", "PROCESSING", "INVALID", "PROCESSED", "PROCESSED"]
                && other.send("GET", "/api/user/balance").text.contains("729.98")
        }
        #expect(try withdraw(client).status == 200)
        for (order, sum) in [(2002, "700"), (2003, "29.98")] {
            let body = #"{"order":"\#(orderNumber(order))","sum":\#(sum)}"#
            #expect(try other.send("POST", "/api/user/balance/withdraw", body).status == 200)
        }
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        try grantPoints(in: folder)
        return try #require(client.authorization)
    }

    /// Writes the content of the built-in accrual system, if the schema has one.
    private static func grantPoints(in folder: Folder) throws {
        let server = try Server.serving(in: folder)
        if server.logText.contains("accrual system listens") {
            let shop = try server.accrualClient()
            for rule in [
                #"{"match":"Bork","reward":10,"reward_type":"%"}"#, #"{"match":"чай","reward":5.5,"reward_type":"pt"}"#,
            ] {
                #expect(try shop.send("POST", "/api/goods", rule).status == 200)
            }
            let receipt = #"{"order":"\#(orderNumber(4001))","goods":[{"description":"Bork, чай","price":99.9}]}"#
            #expect(try shop.send("POST", "/api/orders", receipt).status == 202)
        }
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
    }

    static func signIn(_ client: Client, _ path: String, _ login: String) throws -> Client.Answer {
        let answer = try client.send(
            "POST", "/api/user/\(path)", #"{"login":"\#(login)","password":"the password of \#(login)"}"#)
        client.authorization = answer["Authorization"]
        return answer
    }

    static func withdraw(_ client: Client) throws -> Client.Answer {
        try client.send("POST", "/api/user/balance/withdraw", #"{"order":"\#(orderNumber(spent))","sum":120.5}"#)
    }

    struct ListedOrder {
        let status: String
        let text: String
    }

    /// Newest first.
    static func statuses(_ client: Client) throws -> [ListedOrder] {
        let items = try client.send("GET", "/api/user/orders").json?.array ?? []
        return items.compactMap(\.object).map { item in
            let status = item["status"]?.string ?? ""
            let accrual = item["accrual"]?.number.map { " \($0.literal)" } ?? ""
            return ListedOrder(status: status, text: "\(item["number"]?.string ?? "") \(status)\(accrual)")
        }
    }

    static func ordersOnceFinished(at accrual: String) -> [String] {
        [
            "\(orderNumber(new)) PROCESSED \(accrual)", "\(orderNumber(known)) PROCESSED \(accrual)",
            "\(orderNumber(invalid)) INVALID", "\(orderNumber(poor)) PROCESSED",
            "\(orderNumber(rich)) PROCESSED 500",
        ]
    }

    static func withdrawals(_ client: Client) throws -> [String] {
        let items = try client.send("GET", "/api/user/withdrawals").json?.array ?? []
        return items.compactMap(\.object).map { item in
            "\(item["order"]?.string ?? "") \(item["sum"]?.number?.literal ?? "")"
        }
    }
}
