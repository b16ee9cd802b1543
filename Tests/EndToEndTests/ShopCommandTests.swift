import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// The commands of the counter and of the owner that the staff's API has too. With a server and without one, each does
/// the same.
@Suite(.serialized)
struct ShopCommandTests {
    private func rows(_ shop: CommandShop, _ name: String, _ arguments: String...) throws -> [JSONObject] {
        let ended = try shop.run(arguments + ["--json"])
        #expect(ended.status == 0, "\(ended)")
        return ended.json?[name]?.array?.compactMap(\.object) ?? []
    }

    @Test(arguments: [true, false]) func pointsAreSpentShownAndGivenBack(isServerRunning: Bool) throws {
        let shop = try CommandShop(isServerRunning: isServerRunning)
        for login in ["anna", "annabel", "boris"] {
            #expect(try shop.run("user", "add", login, input: "secret\n").status == 0)
        }
        #expect(try shop.run("adjust", "anna", "+100", "--reason", "a present").status == 0)
        let order = orderNumber(7)
        let spent = try shop.run("spend", "anna", order, "40.5")
        #expect(
            spent.output == "40.5 points are spent on the order \(order)\nanna has 59.5 points now\n", "\(spent)")
        let again = try shop.run("spend", "--user-id", "1", order, "40.5", "--json").json
        #expect(again?["changed"] == .bool(false) && again?["current"]?.number?.literal == "59.5")
        for (login, points, status, text) in [
            ("anna", "40.51", Int32(1), "was paid for by another user or with another sum"),
            ("boris", "40.5", 1, "was paid for by another user or with another sum"),
        ] {
            let refused = try shop.run("spend", login, order, points)
            #expect(refused.status == status && refused.log.contains(text), "\(refused)")
        }
        let found = try rows(shop, "users", "user", "find", "anna")
        #expect(found.map { $0["login"]?.string } == ["anna", "annabel"])
        #expect(found.first?["withdrawn"]?.number?.literal == "40.5")
        #expect(try rows(shop, "users", "user", "find", "", "--limit", "2").count == 2)
        #expect(try rows(shop, "users", "user", "find", "--order", order).map { $0["login"]?.string } == ["anna"])
        #expect(try rows(shop, "users", "user", "find", "nobody").isEmpty)

        #expect(try shop.run("refund", order, "--yes").status == 0)
        let withdrawals = try rows(shop, "withdrawals", "user", "withdrawals", "anna")
        #expect(withdrawals.count == 1 && withdrawals[0]["order"]?.string == order)
        #expect(withdrawals[0]["sum"]?.number?.literal == "40.5" && withdrawals[0]["refunded_at"]?.string != nil)
        let ledger = try rows(shop, "ledger", "user", "ledger", "anna")
        #expect(ledger.map { $0["kind"]?.string } == ["refund", "withdrawal", "adjustment"])
        #expect(ledger.map { $0["balance_after"]?.number?.literal } == ["100", "59.5", "100"])
        #expect(ledger.map { $0["author"]?.string } == Array(repeating: NSUserName(), count: 3))
        #expect(try rows(shop, "ledger", "user", "ledger", "anna", "--limit", "1").count == 1)
        #expect(try shop.run("user", "orders", "anna").output == "none\n")
        #expect(try shop.run("spend", "anna", order, "40.5").status == 1)
        let actions = try rows(shop, "actions", "actions", "--limit", "2")
        #expect(actions.map { $0["action"]?.string } == ["withdrawal.refund", "points.spend"])
        #expect(actions.last?["by"]?.string == NSUserName() && actions.last?["points"]?.number?.literal == "-40.5")
        #expect(try shop.run("check").status == 0)
    }

    /// The counter and terminals that spend the same points at once take them once.
    @Test func pointsAreSpentOnceByManyAtOnce() throws {
        let shop = try CommandShop(isServerRunning: true)
        #expect(try shop.run("user", "add", "anna", input: "secret\n").status == 0)
        #expect(try shop.run("adjust", "anna", "+10", "--reason", "why").status == 0)
        let (folder, order) = (shop.folder, orderNumber(1))
        let outputs = try atOnce(6) { index in
            // The last ones spend on numbers of their own, for which the points are enough once.
            let number = index < 4 ? order : orderNumber(index)
            let command = try Server(in: folder, arguments: ["spend", "anna", number, index < 4 ? "4" : "5", "--json"])
            return (index, try command.waitForEnd(), command.outputText)
        }
        let same = outputs.filter { $0.0 < 4 }
        let others = outputs.filter { $0.0 >= 4 && $0.1 == 0 }
        #expect(same.count { $0.2.contains(#""changed":true"#) } <= 1 && others.count <= 2, "\(outputs)")
        let spent = (same.contains { $0.1 == 0 } ? 4 : 0) + others.count * 5
        #expect(spent == 9 || spent == 10, "\(outputs)")
        let user = try shop.run("user", "show", "anna", "--json").json
        #expect(user?["withdrawn"]?.number?.literal == "\(spent)", "\(outputs)")
        #expect(try shop.run("check").status == 0)
    }

    private static let order = orderNumber(1)
    /// The end of commands that need a folder for backups, which is not configured.
    private static let noBackups: (status: Int32, text: String) =
        TestEngine.current == .sqlite
        ? (1, "no folder for backups is configured") : (69, "Backups on PostgreSQL are made and restored with")
    private static let badInput: [([String], Int32, String)] = [
        (["spend", "nobody", order, "1"], 66, "there is no user nobody"),
        (["spend", "", order, "1"], 66, "there is no user"),
        (["spend", String(repeating: "a", count: 257), order, "1"], 66, "there is no user"),
        (["spend", "--user-id", "99", order, "1"], 66, "there is no user with the id 99"),
        (["spend", "--user-id", "0", order, "1"], 64, "--user-id must be"),
        (["spend", "anna", order, "1.01"], 1, "anna has only 1 points; nothing was changed"),
        (["spend", "anna", order, "92233720368547758.07"], 1, "anna has only 1 points"),
        (
            ["spend", "anna", order, "92233720368547758.08"], 64,
            "\"92233720368547758.08\" is not a number of points"
        ),
        (["spend", "anna", order, "0"], 64, "\"0\" is not a number of points"),
        (["spend", "anna", order, "-1"], 64, "\"-1\" is not a number of points"),
        (["spend", "anna", order, "+1"], 64, "\"+1\" is not a number of points"),
        (["spend", "anna", order, "0.001"], 64, "\"0.001\" is not a number of points"),
        (["spend", "anna", order, "1e2"], 64, "\"1e2\" is not a number of points"),
        (["spend", "anna", order, "\u{1B}[2J"], 64, #""\u{1B}[2J" is not a number of points"#),
        (["spend", "anna", order], 64, "POINTS is missing"), (["spend", "anna"], 64, "ORDER is missing"),
        (["spend", "anna", order, "1", "2"], 64, "unexpected argument \"2\""),
        (["spend", "anna", "12", "1"], 64, "\"12\" is not an order number"),
        (["spend", "anna", "", "1"], 64, "\"\" is not an order number"),
        (["spend", "anna", "18\n\u{1B}", "1"], 64, #""18\n\u{1B}" is not an order number"#),
        (["spend", "anna", String(repeating: "0", count: 1025), "1"], 64, "\"000"),
        (["user", "find"], 64, "START is missing"), (["user", "find", "a", "--order", "18"], 64, "unexpected"),
        (["user", "find", String(repeating: "a", count: 257)], 64, "START is longer than a login"),
        (["user", "find", "--order", "12"], 66, "there is no order 12"),
        (["user", "find", "a", "--limit", "0"], 64, "--limit must be"),
        (["user", "orders", "nobody"], 66, "there is no user nobody"),
        (["user", "orders", "ann"], 66, "there is no user ann"),
        (["user", "withdrawals", "--user-id", "99"], 66, "there is no user with the id 99"),
        (["user", "ledger", "anna", "--limit", "x"], 64, "--limit must be"),
        (["user", "export", "nobody"], 66, "there is no user nobody"),
        (["user", "export"], 64, "LOGIN is missing"),
        (["figures", "--days", "0"], 64, "--days must be"), (["figures", "--days", "401"], 64, "--days must be"),
        (["figures", "--days", "-7"], 64, "--days must be"), (["figures", "--days", "1.5"], 64, "--days must be"),
        (["figures", "--days", "99999999999999999999"], 64, "--days must be"),
        (["figures", "--json", "--csv"], 64, "--csv and --json exclude each other"),
        (["backups", "list"], noBackups.status, noBackups.text),
        (["backups", "make"], noBackups.status, noBackups.text),
        (["receipt", "try"], 1, "stdin has no goods"),
    ]

    @Test(arguments: [true, false]) func badInputChangesNothing(isServerRunning: Bool) throws {
        let shop = try CommandShop(isServerRunning: isServerRunning)
        #expect(try shop.run("user", "add", "anna", input: "secret\n").status == 0)
        #expect(try shop.run("adjust", "anna", "+1", "--reason", "why").status == 0)
        let before = try rows(shop, "actions", "actions")
        for (arguments, status, text) in Self.badInput {
            let ended = try shop.run(arguments, input: "")
            #expect(ended.status == status && ended.log.hasPrefix("martlet: \(text)"), "\(arguments): \(ended)")
            #expect(ended.output.isEmpty, "\(arguments): \(ended)")
        }
        #expect(try rows(shop, "actions", "actions") == before)
        #expect(try shop.run("check").status == 0)
    }

    @Test(arguments: [true, false]) func aDisabledUserIsStillAnAccount(isServerRunning: Bool) throws {
        let shop = try CommandShop(isServerRunning: isServerRunning)
        #expect(try shop.run("user", "add", "anna", input: "secret\n").status == 0)
        #expect(try shop.run("adjust", "anna", "+5", "--reason", "why").status == 0)
        #expect(try shop.run("user", "disable", "anna").status == 0)
        let refused = try shop.run("spend", "anna", orderNumber(1), "1")
        #expect(
            refused.status == 1
                && refused.log == "martlet: the user is disabled, and can't spend points; nothing was changed\n",
            "\(refused)")
        #expect(try rows(shop, "users", "user", "find", "an").first?["state"]?.string == "disabled")
        #expect(try rows(shop, "ledger", "user", "ledger", "anna").count == 1)
        let export = try shop.run("user", "export", "anna").json
        #expect(export?["customer"]?.object?["state"]?.string == "disabled")
        #expect(try shop.run("user", "delete", "anna", "--yes").status == 0)
        for command in [["user", "export", "anna"], ["user", "ledger", "anna"], ["spend", "anna", "18", "1"]] {
            #expect(try shop.run(command).status == 66)
        }
        #expect(try rows(shop, "users", "user", "find", "").isEmpty)
    }

    /// The export is the document of the staff's page, however many records there are.
    @Test func anExportIsTheDocumentOfTheStaffsPage() throws {
        let shop = try CommandShop(isServerRunning: true)
        let server = try #require(shop.server)
        let client = try server.client()
        try client.register("anna")
        try server.client().register("annabel")
        for index in 1...230 { #expect(try client.send("POST", "/api/user/orders", orderNumber(index)).status == 202) }
        #expect(try shop.run("adjust", "anna", "+100", "--reason", "<b>\"a present\"\u{7}</b>").status == 0)
        #expect(try shop.run("spend", "anna", "18", "0.5").status == 0)
        #expect(try shop.run("staff", "add", "olga", "--role", "owner", input: "a long secret\n").status == 0)
        let staff = try server.staffClient()
        let session = try staff.send("POST", "/api/staff/session", #"{"name":"olga","password":"a long secret"}"#)
        let cookie = try #require(session["Set-Cookie"]?.split(separator: ";").first)
        let page = try #require(
            try staff.send("GET", "/api/staff/customers/1/export", fields: ["Cookie: \(cookie)"]).json?.object)
        #expect(page["orders"]?.array?.count == 230 && page["actions"]?.array?.count == 3)
        let exported = try shop.run("user", "export", "anna")
        #expect(exported.status == 0 && exported.output.count { $0 == "\n" } == 1)
        try expect(exported, is: page, afterExports: 1)

        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        try expect(try shop.run("user", "export", "--user-id", "1", "--json"), is: page, afterExports: 2)
    }

    /// - Parameter count: the number of exports that the record of actions has in addition.
    private func expect(_ ended: CommandShop.Ended, is page: JSONObject, afterExports count: Int) throws {
        let document = try #require(ended.json, "\(ended)")
        #expect(document.members.map(\.name) == page.members.map(\.name))
        for member in page.members where member.name != "actions" {
            #expect(document[member.name] == member.value, "\(member.name)")
        }
        let actions = document["actions"]?.array ?? []
        #expect(actions.prefix(count).allSatisfy { $0.object?["action"]?.string == "customer.export" })
        #expect(Array(actions.dropFirst(count)) == page["actions"]?.array)
    }

    @Test func figuresAreThoseOfTheStaffsPage() throws {
        let shop = try CommandShop(isServerRunning: true)
        let server = try #require(shop.server)
        let client = try server.client()
        try client.register("anna")
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
        #expect(try shop.run("adjust", "anna", "+100", "--reason", "why").status == 0)
        #expect(try shop.run("spend", "anna", "18", "0.5").status == 0)
        #expect(try shop.run("staff", "add", "olga", "--role", "owner", input: "a long secret\n").status == 0)
        let staff = try server.staffClient()
        let session = try staff.send("POST", "/api/staff/session", #"{"name":"olga","password":"a long secret"}"#)
        let cookie = try #require(session["Set-Cookie"]?.split(separator: ";").first)
        // On PostgreSQL, the server that leads leaves a report for commands about once a second.
        try eventually("the queue is known") {
            try shop.run("figures", "--json").json?["queue"]?.object?["waiting"]?.number != nil
        }
        for days in [1, 7, 400] {
            let page = try staff.send("GET", "/api/staff/figures?days=\(days)", fields: ["Cookie: \(cookie)"]).json?
                .object
            let shown = try shop.run("figures", "--days", "\(days)", "--json").json
            #expect(page?["days"]?.array?.count == days && shown?["days"] == page?["days"])
            #expect(shown?["queue"]?.object?["waiting"]?.number != nil)
            #expect(shown?["accrual"]?.object?["state"]?.string != nil)
        }
        let table = try shop.run("figures").output.split(separator: "\n")
        #expect(table.contains { $0.hasPrefix("DAY         CUSTOMERS  ORDERS  GRANTED  SPENT") }, "\(table)")
        #expect(try shop.run("figures", "--csv").output.split(separator: "\r\n").count == 8)

        let last = try shop.run("figures", "--json").json?["days"]
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        let stopped = try shop.run("figures", "--json").json
        #expect(stopped?["days"] == last && stopped?["queue"]?.object?["waiting"] == .null)
    }

    /// The two zones are 26 hours apart, so that it is never the same day in both.
    @Test func daysAreThoseOfTheTimeZone() throws {
        let shop = try CommandShop(isServerRunning: false)
        #expect(try shop.run("user", "add", "anna", input: "secret\n").status == 0)
        var lastDays: Set<String> = []
        for zone in ["Etc/GMT+12", "Pacific/Kiritimati"] {
            let command = try Server(
                in: shop.folder, arguments: ["figures", "--days", "3", "--json"], environment: ["TZ": zone])
            #expect(try command.waitForEnd() == 0)
            let days = try JSONParser.parse(Array(command.outputText.utf8)).object?["days"]?.array ?? []
            let customers = days.compactMap { $0.object?["customers"]?.number?.literal }
            #expect(customers == ["0", "0", "1"], "\(days)")
            lastDays.insert(try #require(days.last?.object?["day"]?.string))
        }
        #expect(lastDays.count == 2, "\(lastDays)")
    }

    @Test(arguments: [true, false]) func aNewOrderNumberIsUnused(isServerRunning: Bool) throws {
        let shop = try CommandShop(isServerRunning: isServerRunning)
        #expect(try shop.run("user", "add", "anna", input: "secret\n").status == 0)
        #expect(try shop.run("adjust", "anna", "+9", "--reason", "why").status == 0)
        for _ in 0..<3 {
            let number = try #require(try shop.run("order", "number", "--json").json?["number"]?.string)
            #expect(try shop.run("order", "show", number).status == 66)
            #expect(try shop.run("spend", "anna", number, "1").status == 0)
            #expect(try shop.run("order", "show", number).status == 0)
        }
    }

    /// A check digit needs no database, and makes none.
    @Test func aCheckDigitNeedsNoDatabase() throws {
        let folder = try Folder()
        let command = try Server(in: folder, arguments: ["order", "number", "100100"])
        #expect(try command.waitForEnd() == 0 && command.outputText == "1001007\n")
        #expect(!FileManager.default.fileExists(atPath: folder.file("martlet.db")))
    }

    @Test(.backupsOfSQLite, arguments: [true, false]) func backupsAreMadeAndListed(isServerRunning: Bool) throws {
        let shop = try CommandShop(isServerRunning: isServerRunning, configuration: #"{"backups": {"folder": "."}}"#)
        #expect(try shop.run("user", "add", "anna", input: "secret\n").status == 0)
        let made = try shop.run("backups", "make", "--json")
        let name = try #require(made.json?["name"]?.string, "\(made)")
        #expect(made.status == 0 && name.hasPrefix("martlet-") && name.hasSuffix("Z.db"))
        let listed = try rows(shop, "backups", "backups", "list")
        #expect(listed.contains { $0 == made.json }, "\(listed)")
        let actions = try rows(shop, "actions", "actions", "--limit", "1")
        #expect(actions.first?["action"]?.string == "backup.make" && actions.first?["subject"]?.string == name)
        let restored = try shop.run("check", "-d", name, "--json")
        #expect(restored.status == 0 && restored.json?["users"]?.number?.literal == "1", "\(restored)")
        let second = try shop.run("backups", "make")
        #expect(second.output.hasPrefix("backed up to \(shop.folder.path)/./martlet-"), "\(second)")
        let names = try rows(shop, "backups", "backups", "list").compactMap { $0["name"]?.string }
        #expect(names.count > 1 && names.contains(name) && names == names.sorted(by: >), "\(names)")
    }
}
