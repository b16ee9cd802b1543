import EndToEndSupport
import Foundation
import SQLite
import TestSupport
import Testing

/// `martlet import` and `martlet export`, from a file to the API and back.
@Suite(.onSQLite("it looks into the file of the import"))
struct ImportTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func run(
        _ arguments: String..., environment: [String: String] = [:], input: String? = nil
    ) throws -> CommandShop.Ended {
        var environment = environment
        environment["DATABASE_URI"] = environment["DATABASE_URI"] ?? folder.file("martlet.db")
        let command = try Server(in: folder, arguments: arguments, environment: environment, input: input)
        return CommandShop.Ended(
            status: try command.waitForEnd(), output: command.outputText, log: command.logText)
    }

    private func text(of name: String) throws -> String {
        try String(contentsOfFile: folder.file(name), encoding: .utf8)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            ![".out", ".log", ".in"].contains(where: $0.hasSuffix)
        }.sorted()
    }

    /// The hash of "secret".
    private static let bcrypt = "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"

    private static let oldShop = """
        {"type":"shop","version":1}
        {"type":"user","id":"7c1e","login":"anna","password_hash":"\(bcrypt)","created_at":"2024-01-01T00:00:00Z","current":229.98,"withdrawn":500}
        {"type":"user","id":"7c1f","login":"boris","password_hash":null,"current":0,"withdrawn":0}
        {"type":"withdrawal","user":"7c1e","order":"2377225624","sum":500,"processed_at":"2024-01-04T12:00:00.5Z"}
        {"type":"order","user":"7c1e","number":"346436439","status":"INVALID","accrual":null,"uploaded_at":"2024-01-03T12:00:00Z"}
        {"type":"order","user":"7c1e","number":"12345678903","status":"PROCESSED","accrual":729.98,"uploaded_at":"2024-01-02T12:00:00+03:00"}
        {"type":"order","user":"7c1e","number":"9278923470","status":"REGISTERED","accrual":0,"uploaded_at":"2024-01-05T12:00:00Z"}
        {"type":"order","user":"7c1f","number":"79927398713","status":"NEW","uploaded_at":"2024-01-06T12:00:00Z"}
        {"type":"end","users":2,"orders":4,"withdrawals":1}

        """

    @Test func aUserOfAnotherServerSignsIn() throws {
        try folder.write(Self.oldShop, to: "shop.jsonl")
        let imported = try run("import", "shop.jsonl")
        #expect(imported.status == 0, "\(imported)")
        #expect(
            imported.output == """
                imported into \(folder.file("martlet.db")): 2 users, 4 orders, 1 withdrawal; 1 user has no password; \
                the users have 229.98 points and have withdrawn 500; the accrual system is asked about 2 orders
                the database passes its check

                """)
        #expect(try hash(of: "anna") == Self.bcrypt)

        let server = try Server.serving(in: folder)
        let client = try server.client()
        #expect(try client.send("POST", "/api/user/login", #"{"login":"anna","password":"wrong"}"#).status == 401)
        #expect(try client.send("POST", "/api/user/login", #"{"login":"boris","password":"secret"}"#).status == 401)
        let signIn = try client.send("POST", "/api/user/login", #"{"login":"anna","password":"secret"}"#)
        #expect(signIn.status == 200)
        client.authorization = signIn["Authorization"]
        #expect(try client.send("GET", "/api/user/balance").text == #"{"current":229.98,"withdrawn":500}"#)
        #expect(
            try client.send("GET", "/api/user/orders").text
                == #"[{"number":"9278923470","status":"PROCESSING","uploaded_at":"2024-01-05T12:00:00Z"},"#
                + #"{"number":"346436439","status":"INVALID","uploaded_at":"2024-01-03T12:00:00Z"},"#
                + #"{"number":"12345678903","status":"PROCESSED","accrual":729.98,"uploaded_at":"2024-01-02T09:00:00Z"}]"#
        )
        #expect(
            try client.send("GET", "/api/user/withdrawals").text
                == #"[{"order":"2377225624","sum":500,"processed_at":"2024-01-04T12:00:00Z"}]"#)
        // An order that was not finished there is asked about here.
        let accrual = try server.accrualClient()
        #expect(
            try accrual.send("POST", "/api/goods", #"{"match":"Tea","reward":10,"reward_type":"%"}"#).status == 200)
        #expect(
            try accrual.send(
                "POST", "/api/orders", #"{"order":"9278923470","goods":[{"description":"Tea","price":700}]}"#
            ).status == 202)
        try eventually("the order is credited") {
            try client.send("GET", "/api/user/balance").text == #"{"current":299.98,"withdrawn":500}"#
        }
        // The new hash is of the same password.
        #expect(try client.send("POST", "/api/user/login", #"{"login":"anna","password":"secret"}"#).status == 200)
        #expect(try client.send("POST", "/api/user/login", #"{"login":"anna","password":"wrong"}"#).status == 401)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0, "\(server.logText)")
        #expect(try hash(of: "anna")?.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$") == true)
        #expect(try run("check").status == 0)
    }

    private func hash(of login: String) throws -> String? {
        let database = try Database(path: folder.file("martlet.db"), mode: .readWriteCreate)
        defer { database.close() }
        return try database.first("SELECT password_hash FROM users WHERE login = ?", login) { row in row.text(0) }
    }

    @Test func aDryRunChangesNothing() throws {
        try folder.write(Self.oldShop, to: "shop.jsonl")
        let before = try names()
        let tried = try run("import", "shop.jsonl", "--dry-run", "--json")
        #expect(tried.status == 0, "\(tried)")
        #expect(
            tried.output.contains(
                #""dry_run":true,"lines":9,"users":2,"users_without_password":1,"orders":4,"unfinished_orders":2,"#))
        #expect(try names().filter { !$0.hasSuffix("-lock") } == before)
    }

    @Test func aPipeIsRead() throws {
        #expect(try run("import", "/dev/stdin", input: Self.oldShop).status == 0)
    }

    /// The writer of the pipe never comes.
    @Test(arguments: [SIGTERM, SIGINT]) func aSignalEndsAnImportThatWaits(signal: Int32) throws {
        #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
        let before = try names()
        let command = try Server(
            in: folder, arguments: ["import", "pipe"], environment: ["DATABASE_URI": folder.file("martlet.db")])
        try eventually("it has made the database, and reads") { try names().contains("martlet.db-wal") }
        command.signal(signal)
        #expect(try command.waitForEnd() == -signal, "\(command.logText)")
        #expect(command.logText.contains("nothing was imported"), "\(command.logText)")
        #expect(try names().filter { !$0.hasSuffix("-lock") } == before)
    }

    /// Files that are torn anywhere, or that are something else, change nothing.
    @Test func damagedFilesAreRefused() throws {
        let whole = Array(Self.oldShop.utf8)
        var random = SeededRandom(seed: 9)
        let cuts = [0, 1, whole.count - 2] + (0..<12).map { _ in Int.random(in: 0..<whole.count - 2, using: &random) }
        var files = cuts.map { Data(whole.prefix($0)) }
        files += [Data([0x1F, 0x8B, 8, 0]), Data(Self.oldShop.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })]
        files.append(Data(Self.oldShop.replacing("\"sum\":500", with: "\"sum\":499").utf8))
        files.append(Data((Self.oldShop + Self.oldShop).utf8))
        files.append(Data("id,login\n1,anna\n".utf8))
        for file in files {
            try file.write(to: URL(fileURLWithPath: folder.file("bad.jsonl")))
            let ended = try run("import", "bad.jsonl")
            let isNamed = ended.log.contains("bad.jsonl:")
            #expect(ended.status == 1 && isNamed && ended.output.isEmpty, "\(file.count): \(ended)")
            #expect(ended.log.contains("nothing was imported"))
            #expect(try !names().contains("martlet.db"))
        }
    }

    @Test func faultsAreNamedUpToALimit() throws {
        var lines = Self.oldShop.split(separator: "\n").map { String($0) }
        lines[4].replace("346436439", with: "346436438")
        try folder.write(lines.joined(separator: "\n"), to: "bad.jsonl")
        let named = #"bad.jsonl:5: the check digit of "number" is wrong (Luhn): "346436438""#
        #expect(try run("import", "bad.jsonl").log == "\(named)\nmartlet: 1 fault; nothing was imported\n")
        lines.insert(contentsOf: (0..<1_010).map { #"{"type":"user","id":"\#($0)"}"# }, at: 8)
        try folder.write(lines.joined(separator: "\n"), to: "bad.jsonl")
        let ended = try run("import", "bad.jsonl")
        #expect(ended.status == 1)
        let log = ended.log.split(separator: "\n").map { String($0) }
        #expect(log.count == 1_002, "\(ended.log)")
        #expect(log[0] == named)
        #expect(log[1] == #"bad.jsonl:9: it has no "login""#)
        #expect(log[999] == #"bad.jsonl:1007: it has no "login""#)
        #expect(log[1_000] == "and 11 more")
        #expect(log[1_001] == "martlet: 1011 faults; nothing was imported")
    }

    @Test func importsAreRefused() throws {
        try folder.write(Self.oldShop, to: "shop.jsonl")
        try folder.write("text", to: "text.db")
        let cases: [([String: String], [String], Int32, String)] = [
            ([:], ["import"], 64, "FILE is missing"),
            ([:], ["import", "missing.jsonl"], 69, "The file missing.jsonl can't be opened"),
            ([:], ["import", "."], 69, "Is a directory"),
            (["DATABASE_URI": "text.db"], ["import", "shop.jsonl"], 69, "not a database"),
            (["DATABASE_URI": "no/such/folder.db"], ["import", "shop.jsonl"], 69, "no/such"),
            (["DATABASE_URI": "postgres://127.0.0.1:1/x"], ["import", "shop.jsonl"], 69, "127.0.0.1:1"),
            ([:], ["export", "x.jsonl"], 69, "; give the command in the server's folder, or name the file with -d."),
        ]
        for (environment, arguments, status, text) in cases {
            var environment = environment
            environment["DATABASE_URI"] = environment["DATABASE_URI"] ?? folder.file("martlet.db")
            let command = try Server(in: folder, arguments: arguments, environment: environment)
            #expect(try command.waitForEnd() == status, "\(arguments): \(command.logText)")
            #expect(command.logText.contains(text), "\(arguments): \(command.logText)")
        }
        let server = try Server.serving(in: folder)
        let refused = try run("import", "shop.jsonl")
        #expect(refused.status == 69 && refused.log.contains("A server runs on the database"), "\(refused)")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(try run("import", "shop.jsonl").status == 0)
        let twice = try run("import", "shop.jsonl")
        #expect(twice.status == 1 && twice.log.contains("shop.jsonl:2: the database has a user of its login already"))
    }

    /// PostgreSQL leaves gaps between numbers.
    @Test func numbersAreCountedAnew() throws {
        let shop = { (user: Int, position: Int) in
            """
            {"type":"shop","version":1,"positions":true}
            {"type":"user","id":1,"login":"anna","password_hash":null,"created_at":"2024-01-01T00:00:00.000Z","current":5,"withdrawn":0}
            {"type":"user","id":\(user),"login":"boris","password_hash":null,"created_at":"2024-01-01T00:00:00.000Z","current":0,"withdrawn":0}
            {"type":"adjustment","user":1,"points":5,"processed_at":"2024-01-02T00:00:00.000Z","author":"a","reason":"b","position":\(position)}
            {"type":"end","users":2,"orders":0,"withdrawals":0,"adjustments":1,"refunds":0,"returns":0}

            """
        }
        try folder.write(shop(34, 40), to: "shop.jsonl")
        #expect(try run("import", "shop.jsonl").status == 0)
        #expect(try run("export", "new.jsonl").status == 0)
        #expect(try text(of: "new.jsonl") == shop(2, 1))
    }

    /// A shop with something of everything is the same after an export and an import, by way of a server or not.
    @Test func anExportIsAnEqualShop() throws {
        let shop = try CopiedShop()
        let server = try Server.serving(in: shop.folder)
        let running = try shop.run("export", "running.jsonl", "--json")
        #expect(running.status == 0 && running.output.contains(#""users":3,"orders":4,"withdrawals":2,"#), "\(running)")
        let mode = try FileManager.default.attributesOfItem(atPath: shop.folder.file("running.jsonl"))[
            .posixPermissions]
        #expect(mode as? Int == 0o600)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        let stopped = try shop.run("export", "stopped.jsonl")
        #expect(stopped.status == 0, "\(stopped)")
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: shop.folder.file(name), encoding: .utf8)
        }
        let exported = try text("stopped.jsonl")
        #expect(try text("running.jsonl") == exported)
        #expect(exported.hasPrefix(#"{"type":"shop","version":1,"positions":true}"#))
        let taken = try shop.run("export", "stopped.jsonl")
        #expect(taken.status == 69 && taken.log.contains("File exists"), "\(taken)")
        #expect(try shop.names(containing: "partial") == [])

        #expect(try shop.run("import", "stopped.jsonl", "-d", "new.db").status == 0)
        #expect(try shop.run("check", "-d", "new.db").status == 0)
        #expect(try shop.run("export", "new.jsonl", "-d", "new.db").status == 0)
        #expect(try text("new.jsonl") == exported)
        let (before, after) = (try shop.rows(of: "martlet.db"), try shop.rows(of: "new.db"))
        for table in ["users", "balances", "orders", "withdrawals", "ledger", "ledger_notes", "figures"] {
            #expect(after[table] == before[table], "\(table)")
        }
        for table in ["sessions", "staff", "staff_actions", "receipts", "reward_rules", "registration"] {
            #expect(after[table] == [], "\(table)")
        }
        // One user alone.
        #expect(try shop.run("export", "one.jsonl", "--login", "anna").status == 0)
        #expect(try shop.run("import", "one.jsonl", "-d", "one.db").status == 0)
        let users = try shop.rows(of: "one.db")["users"]
        #expect(users?.count == 1)
        let unknown = try shop.run("export", "none.jsonl", "--login", "nobody")
        #expect(unknown.status == 66 && unknown.log.contains("there is no user nobody"), "\(unknown)")
        #expect(try shop.names(containing: "none.jsonl") == [])
    }
}

/// Exports of a database of PostgreSQL.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .onSQLite("it names its engines itself"))
struct PostgresExportTests {
    /// A shop that went to PostgreSQL has the same export there.
    @Test func anExportOfPostgreSQLIsTheSame() throws {
        let shop = try CopiedShop()
        let database = try PostgreSQLServer.shared.get()
        let address = database.address(of: try database.makeDatabase())
        #expect(try shop.run("copy", "martlet.db", address).status == 0)
        #expect(try shop.run("export", "file.jsonl").status == 0)
        let exported = try shop.run("export", "postgres.jsonl", "-d", address)
        #expect(exported.status == 0, "\(exported)")
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: shop.folder.file(name), encoding: .utf8)
        }
        #expect(try text("postgres.jsonl") == text("file.jsonl"))
        #expect(try shop.run("export", "a.jsonl", "--login", "anna", "-d", address).status == 0)
        #expect(try shop.run("export", "b.jsonl", "--login", "anna").status == 0)
        #expect(try text("a.jsonl") == text("b.jsonl"))
    }
}
