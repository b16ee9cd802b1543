import EndToEndSupport
import Foundation
import JSON
import Testing

/// The commands on staff, keys, the registration and the record of actions.
@Suite(.serialized)
struct StaffCommandTests {
    /// With a server and without one, each command does the same, and no secret can be read anywhere.
    @Test(arguments: [true, false]) func staffAndKeysComeAndGo(isServerRunning: Bool) throws {
        let shop = try CommandShop(isServerRunning: isServerRunning)
        #expect(try shop.run("staff", "list").output == "none\n")
        let anna = try shop.run("staff", "add", "anna", "--role", "owner", input: "a long secret\n")
        #expect(anna.status == 0 && anna.output == "anna is added as an owner\n", "\(anna)")
        let boris = try shop.run("staff", "add", "boris", "--role", "cashier", "--generate", "--json")
        let password = try #require(boris.json?["password"]?.string)
        #expect(boris.status == 0 && password.count == 22 && boris.json?["role"]?.string == "cashier", "\(boris)")
        let key = try shop.run("key", "add", "till 1", "--role", "cashier", "--json")
        let token = try #require(key.json?["token"]?.string)
        #expect(key.status == 0 && token.count == 43, "\(key)")
        let shown = try shop.run("key", "add", "till 2", "--role", "owner")
        let line = try #require(shown.output.split(separator: "\n").last)
        #expect(
            shown.output.hasPrefix("till 2 is added as an owner's key\ntoken: ") && line.count == 7 + 43, "\(shown)")

        let staff = try shop.run("staff", "list", "--json").json?["staff"]?.array ?? []
        #expect(staff.map { $0.object?["name"]?.string } == ["anna", "boris"])
        #expect(staff.map { $0.object?["last_used_at"] } == [.null, .null])
        #expect(
            try shop.run("key", "list").output.split(separator: "\n").map { $0.prefix(6) } == [
                "NAME  ", "till 1", "till 2",
            ])

        try expectRolesChange(shop)
        let reset = try shop.run("staff", "reset-password", "anna", "--generate", "--json")
        let second = try #require(reset.json?["password"]?.string)
        #expect(try shop.run("staff", "disable", "boris").output.hasPrefix("boris: can't sign in any more"))
        let again = try shop.run("staff", "disable", "boris", "--json")
        #expect(again.status == 0 && again.json?["changed"] == .bool(false))
        #expect(try shop.run("staff", "list").output.contains("cashier  disabled"))
        #expect(try shop.run("staff", "enable", "boris").output == "boris: can sign in again\n")
        for command in [["staff", "delete", "boris"], ["key", "remove", "till 2"]] {
            let unconfirmed = try shop.run(command)
            #expect(unconfirmed.status == 64 && unconfirmed.log.contains("--yes"), "\(unconfirmed)")
            #expect(try shop.run(command + ["--yes"]).status == 0)
            #expect(try shop.run(command + ["--yes"]).status == 66)
        }
        #expect(try shop.run("check").status == 0)
        #expect(
            try shop.files(containing: [password, second, "a long secret", token, String(line.dropFirst(7))]) == [])
    }

    private func expectRolesChange(_ shop: CommandShop) throws {
        let short = try shop.run("staff", "add", "vera", "--role", "cashier", input: "11 letters.\n")
        #expect(short.status == 1 && short.log == "martlet: the password is shorter than 12 bytes\n", "\(short)")
        #expect(
            try shop.run("staff", "set-role", "boris", "--role", "owner").output
                == "boris: has the rights of an owner\n")
        #expect(
            try shop.run("staff", "set-role", "boris", "--role", "cashier", "--json").json?["changed"] == .bool(true))
        #expect(
            try shop.run("staff", "set-role", "boris", "--role", "cashier").output
                == "boris: has the rights of a cashier already\n")
        #expect(try shop.run("staff", "set-role", "till 1", "--role", "owner").status == 66)
    }

    @Test(.controlSocket) func theControlSocketCarriesNoSecret() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let done = #"{"status":0,"text":"done\n","document":{},"next":null}"# + "\n"
        let double = try ControlSocketDouble(at: folder.file("martlet.db-control"), .bytes(done))
        for (arguments, secret) in [
            (["key", "add", "till", "--role", "owner"], "token"),
            (["staff", "add", "anna", "--role", "owner", "--generate"], "password"),
            (["staff", "reset-password", "anna", "--generate"], "password"),
        ] {
            let command = try Server(in: folder, arguments: arguments + ["--json"])
            #expect(try command.waitForEnd() == 0, "\(command.logText)")
            let document = try JSONParser.parse(Array(command.outputText.utf8)).object
            let text = try #require(document?[secret]?.string)
            #expect(text.count >= 22 && !double.receivedText.contains(text), "\(arguments)")
        }
        #expect(double.receivedText.split(separator: "\n").count == 3 && server.isRunning)
    }

    @Test func impossibleStaffIsRefusedInWords() throws {
        let shop = try CommandShop(isServerRunning: true)
        #expect(try shop.run("staff", "add", "anna", "--role", "cashier", "--generate").status == 0)
        for (arguments, status, text) in [
            (["staff", "add", "boris", "--generate"], Int32(64), "--role is missing: it is one of cashier, owner"),
            (["staff", "add", "boris", "--role", "root"], 64, "--role must be one of cashier, owner"),
            (
                ["staff", "add", "anna", "--role", "owner", "--generate"], 1,
                "the name anna is taken by the staff or by a key"
            ),
            (["key", "add", "anna", "--role", "owner"], 1, "the name anna is taken by the staff or by a key"),
            (["key", "add", "", "--role", "owner"], 1, "the name is empty"),
            (["key", "add", "a\nb", "--role", "owner"], 1, "the name has a control character"),
            (
                ["staff", "add", String(repeating: "a", count: 65), "--role", "owner"], 1,
                "the name is longer than 64 bytes"
            ),
            (["staff", "add", "boris", "--role", "owner"], 1, "stdin has no password; nothing was done"),
            (["staff", "disable", "nobody"], 66, "there is no member of the staff nobody"),
            (["staff", "reset-password", "nobody", "--generate"], 66, "there is no member of the staff nobody"),
            (["staff", "delete", "\u{1B}[2J", "--yes"], 66, #"there is no member of the staff \u{1B}[2J"#),
            (["key", "remove", "anna", "--yes"], 66, "there is no key anna"),
            (["actions", "--csv", "--json"], 64, "--csv and --json exclude each other"),
            (["actions", "--limit", "0"], 64, "--limit must be a whole number from 1 to 1000000"),
        ] {
            let ended = try shop.run(arguments, input: "")
            #expect(ended.status == status && ended.log.hasPrefix("martlet: \(text)"), "\(arguments): \(ended)")
        }
        #expect(try shop.run("staff", "list", "--json").json?["staff"]?.array?.count == 1)
    }

    @Test(arguments: [true, false]) func registrationIsOpenedAndClosed(isServerRunning: Bool) throws {
        let shop = try CommandShop(isServerRunning: isServerRunning)
        #expect(try shop.run("registration", "show", "--json").json?["open"] == .null)
        #expect(try shop.run("registration", "close").output == "registration is closed\n")
        #expect(try shop.run("registration", "close").output == "registration was closed already\n")
        #expect(try shop.run("registration", "show", "--json").json?["open"] == .bool(false))
        #expect(try shop.run("registration", "open", "--json").json?["changed"] == .bool(true))
        #expect(try shop.run("registration", "show").output == "registration is open\n")
    }

    @Test(arguments: [true, false]) func actionsAreListedNewestFirst(isServerRunning: Bool) throws {
        let shop = try CommandShop(isServerRunning: isServerRunning)
        #expect(try shop.run("actions").output == "none\n")
        #expect(try shop.run("actions", "--csv").output.isEmpty)
        #expect(try shop.run("user", "add", "=anna", "--generate").status == 0)
        for index in 1...120 {
            #expect(try shop.run("adjust", "=anna", "+\(index)", "--reason", "a, \"b\"").status == 0)
        }
        #expect(try shop.run("key", "add", "till", "--role", "cashier").status == 0)
        let all = try shop.run("actions", "--limit", "1000", "--json").json?["actions"]?.array ?? []
        #expect(all.count == 122 && all.first?.object?["action"]?.string == "key.add")
        #expect(all.first?.object?["note"]?.string == "cashier" && all.first?.object?["login"] == .null)
        #expect(all[1].object?["points"]?.number?.literal == "120" && all[1].object?["login"]?.string == "=anna")
        #expect(all.allSatisfy { $0.object?["by"]?.string == NSUserName() && $0.object?["kind"]?.string == "system" })
        #expect(try shop.run("actions", "--json").json?["actions"]?.array?.count == 50)
        let csv = try shop.run("actions", "--csv", "--limit", "2").output.components(separatedBy: "\r\n")
        #expect(
            csv.count == 4 && csv[0].hasPrefix("at,by,kind,role,action,login,user_id,subject,points,note,address,id"))
        #expect(csv[2].contains(",points.adjust,'=anna,1,,120,\"a, \"\"b\"\"\",,"), "\(csv)")
    }
}
