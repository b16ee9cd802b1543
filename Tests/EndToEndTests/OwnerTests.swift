import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// The commands on users, orders and points, beside a running server and on the file alone.
@Suite(.serialized)
struct OwnerTests {
    private struct Ended {
        let status: Int32
        let output: String
        let log: String

        var json: JSONObject? { try? JSONParser.parse(Array(output.utf8)).object }
    }

    private func run(_ arguments: String..., input: String? = nil, in folder: Folder) throws -> Ended {
        let command = try Server(in: folder, arguments: arguments, input: input)
        return Ended(status: try command.waitForEnd(), output: command.outputText, log: command.logText)
    }

    private func signIn(_ login: String, _ password: String, at server: Server) throws -> Int {
        let body = #"{"login":"\#(login)","password":"\#(password)"}"#
        return try server.client().send("POST", "/api/user/login", body).status
    }

    private func addAnna(in folder: Folder) throws {
        #expect(try run("user", "list", in: folder).output == "none\n")
        let added = try run("user", "add", "anna", input: "secret\n", in: folder)
        #expect(added.status == 0 && added.output == "anna is added\n", "\(added)")
        #expect(try run("user", "add", "anna", input: "other", in: folder).status == 1)
        #expect(try run("user", "add", "empty", input: "", in: folder).status == 1)
        #expect(try run("user", "list", in: folder).output.contains("\nanna   active"))
    }

    /// With a server and then without one, each command does the same.
    @Test(arguments: [true, false]) func aUserComesAndGoes(isServerRunning: Bool) throws {
        let folder = try Folder()
        var server = try Server.serving(in: folder)
        func between(_ body: () throws -> Void) throws {
            if isServerRunning { return try body() }
            server.signal(SIGTERM)
            #expect(try server.waitForEnd() == 0)
            try body()
            server = try Server.serving(in: folder)
        }
        try between { try addAnna(in: folder) }
        #expect(try signIn("anna", "secret", at: server) == 200)
        let client = try server.client()
        try client.register("bob")
        try between {
            #expect(try run("user", "disable", "bob", in: folder).status == 0)
            let again = try run("user", "disable", "bob", "--json", in: folder)
            #expect(again.status == 0 && again.json?["changed"] == .bool(false), "\(again)")
        }
        let same = try server.client()
        same.authorization = client.authorization
        #expect(try same.send("GET", "/api/user/balance").status == 401)
        #expect(try signIn("bob", "secret", at: server) == 401)
        try between { () throws in #expect(try run("user", "enable", "bob", in: folder).status == 0) }
        #expect(try signIn("bob", "secret", at: server) == 200)
        var generated = ""
        try between {
            let reset = try run("user", "reset-password", "bob", "--generate", "--json", in: folder)
            generated = reset.json?["password"]?.string ?? ""
            #expect(reset.status == 0 && generated.count == 22, "\(reset)")
        }
        #expect(try signIn("bob", "secret", at: server) == 401)
        #expect(try signIn("bob", generated, at: server) == 200)
        try between {
            let unconfirmed = try run("user", "delete", "bob", in: folder)
            #expect(unconfirmed.status == 64 && unconfirmed.log.contains("--yes"))
            #expect(try run("user", "delete", "bob", "--yes", in: folder).status == 0)
            for command in ["show", "disable", "enable"] {
                #expect(try run("user", command, "bob", in: folder).status == 66)
            }
            #expect(try run("check", in: folder).status == 0)
        }
        #expect(try signIn("bob", generated, at: server) == 401)
        try server.client().register("bob")
        #expect(!server.logText.contains(generated) && !server.logText.contains("argon2"))
    }

    /// A login may have characters that no argument of a command can have, such as a control character.
    @Test(.onSQLite("texts of PostgreSQL have no U+0000"), arguments: [true, false]) func aUserIsManagedByID(
        isServerRunning: Bool
    ) throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        try server.client().register("anna")
        let logins = [#"a\u0001b"#, #"\r\n\u001b[2J"#, #"\u202Eeve"#]
        for login in logins {
            let body = #"{"login":"\#(login)","password":"secret"}"#
            #expect(try server.client().send("POST", "/api/user/register", body).status == 200)
        }
        let client = try server.client()
        let credentials = #"{"login":"a\u0001b","password":"secret"}"#
        let signedIn = try client.send("POST", "/api/user/login", credentials)
        #expect(signedIn.status == 200)
        client.authorization = signedIn["Authorization"]
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
        if !isServerRunning {
            server.signal(SIGTERM)
            #expect(try server.waitForEnd() == 0)
        }
        let list = try run("user", "list", "--json", in: folder).json?["users"]?.array ?? []
        let ids = list.compactMap { $0.object?["id"]?.number?.literal }
        #expect(list.map { $0.object?["login"]?.string } == ["anna", "a\u{1}b", "\r\n\u{1B}[2J", "\u{202E}eve"])
        #expect(Set(ids).count == 4)
        let table = try run("user", "list", in: folder).output.split(separator: "\n")
        #expect(table.count == 5 && table[0].hasSuffix(" ID"))
        let line = try #require(table.first { $0.hasPrefix(#"a\u{1}b "#) }, "\(table)")
        let id = try #require(line.split(separator: " ").last.map { String($0) })
        #expect(id == ids[1])
        try manage(id, of: "a\u{1}b", shownAs: #"a\u{1}b"#, in: folder)
        for other in ids.dropFirst(2) {
            #expect(try run("user", "delete", "--user-id", other, "--yes", in: folder).status == 0)
        }
        #expect(try run("user", "list", "--json", in: folder).json?["users"]?.array?.count == 1)
        #expect(try run("check", in: folder).status == 0)
        let after = isServerRunning ? server : try Server.serving(in: folder)
        #expect(try after.client().send("POST", "/api/user/login", credentials).status == 401)
        #expect(try signIn("anna", "secret", at: after) == 200)
    }

    private func manage(_ id: String, of login: String, shownAs text: String, in folder: Folder) throws {
        let user = try run("user", "show", "--user-id", id, "--json", in: folder).json
        #expect(user?["login"]?.string == login && user?["id"]?.number?.literal == id)
        #expect(try run("user", "show", "--user-id", id, in: folder).output.contains(text))
        let orders = try run("order", "list", "--user-id", id, "--json", in: folder).json?["orders"]?.array ?? []
        #expect(orders.map { $0.object?["login"]?.string } == [login])
        let given = try run("adjust", "--user-id", id, "+5", "--reason", "a present", in: folder)
        #expect(given.status == 0 && given.output == "\(text) has 5 points now\n", "\(given)")
        let taken = try run("adjust", "--user-id", id, "-6", "--reason", "too much", in: folder)
        #expect(taken.status == 1 && taken.log.contains(text), "\(taken)")
        let reset = try run("user", "reset-password", "--user-id", id, "--generate", "--json", in: folder)
        #expect(reset.json?["login"]?.string == login && reset.json?["password"]?.string?.count == 22, "\(reset)")
        for (command, state) in [("disable", "disabled"), ("enable", "active")] {
            let change = try run("user", command, "--user-id", id, "--json", in: folder)
            #expect(change.json?["login"]?.string == login && change.json?["changed"] == .bool(true), "\(change)")
            let shown = try run("user", "show", "--user-id", id, "--json", in: folder).json
            #expect(shown?["state"]?.string == state)
        }
        #expect(try run("user", "delete", "--user-id", id, in: folder).status == 64)
        let deleted = try run("user", "delete", "--user-id", id, "--yes", in: folder)
        #expect(deleted.status == 0 && deleted.output.hasPrefix("\(text): is deleted"), "\(deleted)")
        for arguments in [
            ["user", "show"], ["user", "disable"], ["user", "enable"], ["user", "delete", "--yes"],
            ["user", "reset-password", "--generate"], ["order", "list"], ["adjust", "+5", "--reason", "why"],
        ] {
            for gone in [id, "9223372036854775807"] {
                let command = try Server(in: folder, arguments: arguments + ["--user-id", gone])
                #expect(try command.waitForEnd() == 66, "\(arguments)")
                #expect(command.logText == "martlet: there is no user with the id \(gone)\n")
            }
        }
    }

    /// The server's cached session ends as well.
    @Test func aSessionInUseEndsAtOnce() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        for command in ["disable", "delete"] {
            let client = try server.client()
            try client.register(command)
            for _ in 0..<3 { #expect(try client.send("GET", "/api/user/balance").status == 200) }
            #expect(try run("user", command, command, "--yes", in: folder).status == (command == "delete" ? 0 : 64))
            if command == "disable" { #expect(try run("user", command, command, in: folder).status == 0) }
            #expect(try client.send("GET", "/api/user/balance").status == 401)
        }
    }

    @Test func pointsAreGivenTakenAndGivenBack() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let client = try server.client()
        try client.register("anna")
        let given = try run("adjust", "anna", "+729.98", "--reason", "a present", "--json", in: folder)
        #expect(given.status == 0 && given.json?["current"]?.number?.literal == "729.98", "\(given)")
        #expect(try run("adjust", "anna", "-0.5", "--reason", "too much", in: folder).output.contains("729.48"))
        for (points, status) in [("-729.49", Int32(1)), ("5", 64), ("+92233720368547758.07", 1)] {
            #expect(try run("adjust", "anna", points, "--reason", "why", in: folder).status == status, "\(points)")
        }
        #expect(try run("adjust", "anna", "+5", in: folder).status == 64)
        #expect(try run("adjust", "nobody", "+5", "--reason", "why", in: folder).status == 66)
        #expect(try client.send("GET", "/api/user/balance").text == #"{"current":729.48,"withdrawn":0}"#)

        let withdrawal = #"{"order":"2377225624","sum":100}"#
        #expect(try client.send("POST", "/api/user/balance/withdraw", withdrawal).status == 200)
        #expect(try run("refund", "2377225624", in: folder).status == 64)
        let refund = try run("refund", "2377225624", "--yes", "--reason", "returned", in: folder)
        #expect(refund.status == 0 && refund.output.hasPrefix("100 points"), "\(refund)")
        let again = try run("refund", "2377225624", "--yes", in: folder)
        #expect(again.status == 1 && again.log.contains("refunded before"), "\(again)")
        #expect(try run("refund", "18", "--yes", in: folder).status == 66)
        #expect(try client.send("POST", "/api/user/balance/withdraw", withdrawal).status == 409)
        #expect(try client.send("GET", "/api/user/withdrawals").status == 204)
        #expect(try client.send("GET", "/api/user/balance").text == #"{"current":729.48,"withdrawn":0}"#)
        let ledger = try client.send("GET", "/api/user/ledger").json?.array ?? []
        #expect(
            ledger.compactMap { $0.object?["kind"]?.string } == ["refund", "withdrawal", "adjustment", "adjustment"])
        #expect(ledger.last?.object?["order"] == nil)

        let user = try run("user", "show", "anna", "--json", in: folder).json
        let entries = user?["ledger"]?.array ?? []
        #expect(entries.compactMap { $0.object?["reason"]?.string } == ["returned", "too much", "a present"])
        #expect(entries.first?.object?["by"]?.string == NSUserName())
        let order = try run("order", "show", "2377225624", "--json", in: folder).json
        #expect(order?["withdrawal"]?.object?["reason"]?.string == "returned" && order?["upload"] == .null)
        #expect(try run("check", in: folder).status == 0)
    }

    @Test func listsAreWholeAndInPages() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let client = try server.client()
        try client.register("anna")
        for index in 1...250 { #expect(try client.send("POST", "/api/user/orders", orderNumber(index)).status == 202) }
        for (arguments, count) in [
            ([], 50), (["--limit", "230"], 230), (["--limit", "1000"], 250), (["--user", "anna"], 50),
        ] {
            let list = try Server(in: folder, arguments: ["order", "list", "--json"] + arguments)
            #expect(try list.waitForEnd() == 0)
            let orders = try JSONParser.parse(Array(list.outputText.utf8)).object?["orders"]?.array ?? []
            #expect(orders.count == count, "\(arguments)")
            #expect(orders.first?.object?["number"]?.string == orderNumber(250))
            #expect(Set(orders.compactMap { $0.object?["number"]?.string }).count == count)
        }
        #expect(try run("order", "list", "--user", "nobody", in: folder).status == 66)
        #expect(try run("order", "list", "--status", "nonsense", in: folder).status == 64)
        let table = try run("order", "list", "--limit", "3", in: folder).output.split(separator: "\n")
        #expect(table.count == 4 && table[0].hasPrefix("NUMBER"))

        try eventually("commands can know of the pipeline") {
            let pool = try run("pool", "--json", in: folder).json
            return pool?["waiting"]?.number != nil && pool?["answers"]?.object?["unknown"]?.number != nil
        }
        let leader = try run("pool", "--json", in: folder).json?["leader"]?.string
        let isNamed = leader?.hasSuffix(", process \(server.processID)")
        #expect(isNamed == (TestEngine.current == .postgres ? true : nil), "\(leader ?? "no leader")")
        let stats = try run("stats", "--json", in: folder).json
        #expect(stats?["users"]?.object?["active"]?.number?.literal == "1")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        let pool = try run("pool", in: folder)
        #expect(pool.status == 69 && pool.log.hasSuffix("; start one\n"), "\(pool)")
        let shown = try run("stats", in: folder).output
        #expect(shown.contains("users active"), "\(shown)")
        for field in ["backups", "log bytes"] {
            #expect(shown.contains(field) == (TestEngine.current == .sqlite), "\(shown)")
        }
        for command in ["check", "stats"] {
            #expect(try run(command, "--json", in: folder).json?["users"] != nil)
        }
        guard TestEngine.current == .sqlite else { return }
        let backup = try run("backup", "b.db", "--json", in: folder)
        #expect(backup.json?["orders"]?.number?.literal == "250", "\(backup)")
        #expect(try run("restore", "b.db", "--json", in: folder).json?["kept"]?.string != nil)
    }

    /// The address of a socket has room for 107 bytes, and a folder's name for more.
    @Test(.filesOfSQLite) func aLongPathWorks() throws {
        let folder = try Folder()
        let long = folder.file(String(repeating: "long-", count: 30))
        try FileManager.default.createDirectory(atPath: long, withIntermediateDirectories: false)
        let name = "\(long)/\(String(repeating: "name", count: 50)).db"
        let environment = ["DATABASE_URI": name, "MARTLET_BACKUPS_FOLDER": folder.path]
        let server = try Server.serving(in: folder, environment: environment)
        try server.client().register("anna")
        let list = try Server(in: folder, arguments: ["user", "list"], environment: environment)
        #expect(try list.waitForEnd() == 0 && list.outputText.contains("anna"), "\(list.logText)")
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(name)-control")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(!FileManager.default.fileExists(atPath: "\(name)-control"))
    }

    @Test(.filesOfSQLite) func aBackupOfADamagedDatabaseSaysSo() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        try server.client().register("anna")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("martlet.db")))
        let login = try #require(bytes.range(of: Data("anna$argon2id".utf8)))
        // Another login in the table than in its index.
        bytes[login.lowerBound] = UInt8(ascii: "b")
        try bytes.write(to: URL(fileURLWithPath: folder.file("martlet.db")))
        #expect(try run("check", in: folder).status == 65)
        #expect(try run("backup", "b.db", in: folder).status == 65)
        #expect(!FileManager.default.fileExists(atPath: folder.file("b.db")))
    }
}
