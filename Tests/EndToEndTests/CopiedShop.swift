import EndToEndSupport
import Foundation
import SQLite
import TestSupport

/// A shop on a file, with something in every table.
final class CopiedShop {
    let folder: Folder
    /// The `Authorization` of anna, who is signed in, and her balance.
    private(set) var authorization: String?
    private(set) var balance = ""

    init() throws {
        let commands = try CommandShop(isServerRunning: true)
        folder = commands.folder
        for login in ["anna", "boris", "vera"] {
            try Self.require(commands.run("user", "add", login, input: "secret\n"))
        }
        try Self.require(commands.run("rule", "add", "Kettle", "10%"))
        let longest = Self.longestNumber
        for (order, goods) in [
            (orderNumber(1), "100 Kettle\n"), (longest, "7 Kettle\n"), (orderNumber(3), "1 Kettle\n"),
        ] {
            try Self.require(commands.run("receipt", "add", order, "--user", "anna", input: goods))
        }
        try Self.require(commands.run("receipt", "add", orderNumber(4), input: "5 Kettle\n"))
        for command in [
            ["adjust", "anna", "+92233720368547.07", "--reason", "a present 🎁"],
            ["spend", "anna", orderNumber(11), "40.5"], ["spend", "anna", orderNumber(12), "0.01"],
            ["refund", orderNumber(11), "--yes"], ["adjust", "boris", "+1", "--reason", "why"],
            ["staff", "add", "olga", "--role", "owner", "--generate"],
            ["staff", "add", "gone", "--role", "cashier", "--generate"], ["staff", "delete", "gone", "--yes"],
            ["key", "add", "till 1", "--role", "cashier"], ["user", "disable", "vera"],
            ["user", "delete", "boris", "--yes"], ["registration", "open"],
        ] {
            try Self.require(commands.run(command))
        }
        let server = try commands.whileServing { $0 }
        let client = try server.client()
        authorization = try client.send("POST", "/api/user/login", #"{"login":"anna","password":"secret"}"#)[
            "Authorization"]
        client.authorization = authorization
        try eventually("the order is credited") {
            try client.send("GET", "/api/user/orders").text.components(separatedBy: "PROCESSED").count == 4
        }
        try Self.require(commands.run("return", orderNumber(1), "3", "--reason", "broken", "--yes"))
        // Without a receipt, it stays unfinished.
        let status = try client.send("POST", "/api/user/orders", orderNumber(99)).status
        guard status == 202 else { throw TestFailure("the upload was answered with \(status)") }
        balance = try client.send("GET", "/api/user/balance").text
        server.signal(SIGTERM)
        guard try server.waitForEnd() == 0 else { throw TestFailure(server.logText) }
        try change("martlet.db", Self.rest)
    }

    /// Rows that a client would have to make by way of the staff's page.
    private static let rest = """
        INSERT OR REPLACE INTO sign_in_places VALUES (1, x'7f000001', 5, 1), (1, x'0000000000000001', 253402300799999, 0);
        INSERT INTO staff_sessions VALUES (zeroblob(32), 1, 9000000000000);
        INSERT INTO sessions VALUES (zeroblob(32), 1, 0), (x'\(String(repeating: "f", count: 64))', 1, 253402300799999);
        INSERT INTO kept_responses (staff_id, key_hash, request_hash, status, body, created_at)
            VALUES (1, zeroblob(32), zeroblob(32), 200, x'7b7d', 1);
        """

    /// An order number of 1,024 digits.
    private static let longestNumber = String(repeating: "0", count: 1022) + "18"

    private static func require(_ ended: CommandShop.Ended) throws {
        guard ended.status == 0 else { throw TestFailure("\(ended)") }
    }

    func run(_ arguments: String...) throws -> CommandShop.Ended { try run(arguments) }

    func run(_ arguments: [String]) throws -> CommandShop.Ended {
        let command = try Server(in: folder, arguments: arguments)
        return CommandShop.Ended(
            status: try command.waitForEnd(), output: command.outputText, log: command.logText)
    }

    /// Changes a file on which no server runs.
    func change(_ name: String, _ sql: String) throws {
        let database = try Database(path: folder.file(name), mode: .readWriteCreate)
        defer { database.close() }
        try database.execute(sql)
    }

    /// The rows of every table, as texts, by the table's name.
    func rows(of name: String) throws -> [String: [String]] {
        let database = try Database(path: folder.file(name), mode: .readWriteCreate)
        defer { database.close() }
        let tables = try database.all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ) {
            row in row.text(0)
        }
        var rows: [String: [String]] = [:]
        for table in tables {
            let columns = try names(of: table, in: database)
            let statement = try database.prepare(
                "SELECT \(columns.map { "quote(\($0))" }.joined(separator: " || ' ' || ")) FROM \(table) ORDER BY 1")
            var texts: [String] = []
            while try statement.step() { texts.append(statement.row.text(0)) }
            rows[table] = texts
        }
        return rows
    }

    private func names(of table: String, in database: Database) throws -> [String] {
        let statement = try database.prepare("SELECT name FROM pragma_table_info('\(table)')")
        var names: [String] = []
        while try statement.step() { names.append(statement.row.text(0)) }
        return names
    }

    /// The names of files in the folder that contain a text.
    func names(containing text: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(text) }.sorted()
    }
}
