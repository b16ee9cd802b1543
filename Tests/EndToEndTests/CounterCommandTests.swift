import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// The commands on receipts, rules and returns.
@Suite(.serialized)
struct CounterCommandTests {
    /// With a server and without one, each command does the same.
    @Test(arguments: [true, false]) func aReceiptIsAddedCorrectedCreditedAndReturned(isServerRunning: Bool) throws {
        let shop = try CommandShop(isServerRunning: isServerRunning)
        let (order, late) = (orderNumber(1), orderNumber(2))
        #expect(try shop.run("user", "add", "anna", input: "secret\n").status == 0)
        try addRules(shop)
        try tryReceipt(shop)
        let early = try shop.run("receipt", "add", late, input: "100 Kettle Bork\n")
        #expect(
            early.output == "the receipt of the order \(late) earns 10 points, once a user uploads the order\n",
            "\(early)")
        let corrected = try shop.run("receipt", "correct", late, "--json", input: "200 Kettle Bork\n50.5 Soap\n")
        #expect(corrected.status == 0 && corrected.json?["points"]?.number?.literal == "20", "\(corrected)")
        let sold = try shop.run(
            "receipt", "add", order, "--user", "anna", "--json", input: "7000 Kettle Bork\n0.5 Tea\n")
        #expect(sold.status == 0 && sold.json?["points"]?.number?.literal == "705", "\(sold)")
        #expect(sold.json?["login"]?.string == "anna" && sold.json?["status"]?.string == "NEW")
        #expect(try shop.run("receipt", "add", order, "--user", "anna", input: "1 Tea\n").status == 1)

        try shop.whileServing { server in
            let client = try server.client()
            let session = try client.send("POST", "/api/user/login", #"{"login":"anna","password":"secret"}"#)
            client.authorization = session["Authorization"]
            try eventually("the order is credited") {
                try client.send("GET", "/api/user/balance").text == #"{"current":705,"withdrawn":0}"#
            }
            let withdrawal = #"{"order":"2377225624","sum":605}"#
            #expect(try client.send("POST", "/api/user/balance/withdraw", withdrawal).status == 200)
        }
        let credited = try shop.run("receipt", "correct", order, input: "1 Tea\n")
        #expect(credited.status == 1 && credited.log.contains("martlet return takes points back"), "\(credited)")
        try returnGoods(of: order, shop)
        let shown = try shop.run("receipt", "show", order, "--json").json
        #expect(shown?["status"]?.string == "PROCESSED" && shown?["returned"]?.number?.literal == "100")
        #expect(shown?["points"]?.number?.literal == "705" && shown?["login"]?.string == "anna")
        #expect(try shop.run("receipt", "show", late, "--json").json?["login"] == .null)
        try showFacts(shop, returned: order, unsold: late)
        #expect(try shop.run("check").status == 0)
        let actions = try shop.run("actions", "--json").json?["actions"]?.array ?? []
        #expect(
            actions.compactMap { $0.object?["action"]?.string } == [
                "order.return", "order.return", "receipt.add", "receipt.correct", "receipt.add", "rule.remove",
                "rule.add", "rule.add", "rule.add", "customer.add",
            ])
    }

    private func tryReceipt(_ shop: CommandShop) throws {
        let tried = try shop.run("receipt", "try", "--json", input: "7000 Kettle Bork\n0.5 Tea\n12 Nothing\n").json
        #expect(tried?["points"]?.number?.literal == "705")
        let goods = tried?["goods"]?.array?.compactMap(\.object) ?? []
        #expect(goods.map { $0["points"]?.number?.literal } == ["700", "5", "0"])
        #expect(goods.map { $0["rule"]?.string } == ["Bork", "Tea", nil])
    }

    private func showFacts(_ shop: CommandShop, returned order: String, unsold late: String) throws {
        let upload = try shop.run("order", "show", order, "--json").json?["upload"]?.object
        #expect(upload?["returned"]?.number?.literal == "100" && upload?["accrual"]?.number?.literal == "705")
        let unsold = try shop.run("order", "show", late, "--json").json
        #expect(unsold?["receipt"]?.object?["points"]?.number?.literal == "20" && unsold?["upload"] == .null)
        let points = try shop.run("stats", "--json").json?["points"]?.object
        #expect(points?["returned"]?.number?.literal == "100" && points?["granted"]?.number?.literal == "705")
    }

    private func addRules(_ shop: CommandShop) throws {
        #expect(try shop.run("rule", "list").output == "none\n")
        for (match, reward) in [("Bork", "10%"), ("Tea", "5pt"), ("Soap", "1 pt")] {
            #expect(try shop.run("rule", "add", match, reward).status == 0)
        }
        let again = try shop.run("rule", "add", "Bork", "5%")
        #expect(again.status == 1 && again.log == "martlet: there is a rule for \"Bork\" already\n", "\(again)")
        #expect(try shop.run("rule", "remove", "Soap").status == 0)
        #expect(try shop.run("rule", "remove", "Soap").status == 66)
        let rules = try shop.run("rule", "list", "--json").json?["rules"]?.array ?? []
        #expect(rules.map { $0.object?["match"]?.string } == ["Bork", "Tea"])
        #expect(rules.map { $0.object?["reward_type"]?.string } == ["%", "pt"])
        let tried = try shop.run("rule", "try", "Bork's Tea", "7.55", "--json").json
        #expect(
            tried?["points"]?.number?.literal == "5.76" && tried?["rules"]?.array?.count == 2,
            "\(String(describing: tried))")
        #expect(try shop.run("rule", "try", "Soap", "7").output.hasPrefix("points   0\n"))
    }

    /// The order has earned 705 points, of which anna has 100 left.
    private func returnGoods(of order: String, _ shop: CommandShop) throws {
        let unconfirmed = try shop.run("return", order, "--reason", "broken")
        #expect(unconfirmed.status == 64 && unconfirmed.log.contains("--yes"), "\(unconfirmed)")
        let part = try shop.run("return", order, "0.5", "--reason", "broken", "--yes")
        #expect(
            part.output == "0.5 points for the order \(order) are taken back; anna has 99.5 points now\n", "\(part)")
        let tooMany = try shop.run("return", order, "704.51", "--reason", "broken", "--yes")
        #expect(tooMany.status == 1 && tooMany.log.contains("only 704.5 points are left"), "\(tooMany)")
        let rest = try shop.run("return", order, "--reason", "broken", "--yes", "--json").json
        #expect(rest?["returned"]?.number?.literal == "99.5" && rest?["missing"]?.number?.literal == "605")
        #expect(rest?["current"]?.number?.literal == "0" && rest?["left"]?.number?.literal == "605")
    }

    @Test func aReceiptThatWouldNeverEarnIsRefused() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder, accrual: "http://127.0.0.1:1")
        try eventually("commands can know of the pipeline") {
            try Server(in: folder, arguments: ["pool"]).waitForEnd() == 0
        }
        for arguments in [
            ["receipt", "add", orderNumber(1)], ["receipt", "correct", orderNumber(1)], ["receipt", "try"],
        ] {
            let command = try Server(in: folder, arguments: arguments, input: "1 Tea\n")
            #expect(try command.waitForEnd() == 1)
            #expect(command.logText.contains("asks another accrual system"), "\(command.logText)")
        }
        #expect(server.isRunning)
    }

    @Test func impossibleReceiptsAreRefusedInWords() throws {
        let shop = try CommandShop(isServerRunning: true)
        let order = orderNumber(1)
        #expect(try shop.run("rule", "add", "Bork", "1000000%").status == 0)
        for (arguments, input, status, text) in [
            (["receipt", "add", "12"], "1 Tea\n", Int32(64), "\"12\" is not an order number"),
            (["receipt", "add", order], "", 1, "stdin has no goods; nothing was done"),
            (
                ["receipt", "add", order], "Tea\n", 64,
                "\"Tea\" is not a line of goods: it needs a price, a space and a description"
            ),
            (["receipt", "add", order], "1,5 Tea\n", 64, "\"1,5\" is not a price"),
            (["receipt", "add", order], "\u{1B}[2J Tea\n", 64, #""\u{1B}[2J" is not a price"#),
            (["receipt", "add", order], "99999999999 Bork\n", 1, "the receipt would earn more than"),
            (["receipt", "add", order, "--user", "nobody"], "1 Tea\n", 66, "there is no user nobody"),
            (["receipt", "add", order, "--user-id", "0"], "1 Tea\n", 64, "--user-id must be"),
            (["receipt", "correct", order], "1 Tea\n", 66, "there is no receipt of an order \(order)"),
            (["receipt", "show", "nonsense"], "", 66, "there is no receipt of an order nonsense"),
            (["return", order, "--reason", "why", "--yes"], "", 66, "no order \(order) has earned points"),
            (["return", order, "--yes"], "", 64, "--reason is missing"),
            (["return", order, "0", "--reason", "why", "--yes"], "", 64, "\"0\" is not a number of points"),
            (["return", order, "-5", "--reason", "why", "--yes"], "", 64, "\"-5\" is not a number of points"),
            (["return", order, "1", "2", "--reason", "why"], "", 64, "unexpected argument \"2\""),
            (["rule", "add", "Bork", "10"], "", 64, "\"10\" is not a reward"),
            (["rule", "add", "", "10%"], "", 1, "MATCH must be a text of 1 to 1024 bytes"),
            (["rule", "try", "Tea", "1e3"], "", 64, "\"1e3\" is not a price"),
            (["rule", "remove", "Tea"], "", 66, "there is no rule for \"Tea\""),
        ] {
            let ended = try shop.run(arguments, input: input)
            #expect(ended.status == status && ended.log.hasPrefix("martlet: \(text)"), "\(arguments): \(ended)")
        }
        let many = (0...2000).map { "1 Tea \($0)\n" }.joined()
        let ended = try shop.run("receipt", "add", order, input: many)
        #expect(ended.status == 1 && ended.log.contains("at most 2000 goods"), "\(ended)")
        // The control socket has a limit for a request.
        if TestEngine.current == .sqlite {
            let long = String(repeating: "1 \(String(repeating: "x", count: 4000))\n", count: 20)
            let tooLong = try shop.run("receipt", "add", order, input: long)
            #expect(tooLong.status == 69 && tooLong.log.contains("longer than 65536 bytes"), "\(tooLong)")
        }
        #expect(try shop.run("actions", "--json").json?["actions"]?.array?.count == 1)
    }
}
