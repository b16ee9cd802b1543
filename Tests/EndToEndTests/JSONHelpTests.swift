import EndToEndSupport
import JSON
import TestSupport
import Testing

/// The help of a command names each member of the JSON document that the command prints, and no other.
@Suite(.backupsOfSQLite)
struct JSONHelpTests {
    /// The commands and the lines that print their documents: a document may have a part only in one case.
    private static let commands: [(name: String, lines: [String])] = [
        ("user show", ["user show anna"]),
        ("order show", ["order show \(orderNumber(1))", "order show \(orderNumber(2))"]),
        ("stats", ["stats"]), ("check", ["check"]), ("backup", ["backup copy.db"]),
        ("export", ["export shop.jsonl"]), ("import", ["import shop.jsonl --dry-run -d other.db"]),
        ("copy", ["copy martlet.db copied.db"]), ("restore", ["restore copy.db"]),
    ]

    @Test func theHelpNamesEachMember() throws {
        let shop = try CommandShop(isServerRunning: false, configuration: #"{"backups":{"folder":"backups"}}"#)
        #expect(try shop.run("user", "add", "anna", input: "secret\n").status == 0)
        #expect(try shop.run("adjust", "anna", "+100", "--reason", "a present").status == 0)
        let receipt = try shop.run("receipt", "add", orderNumber(1), "--user", "anna", input: "7000 Kettle Bork\n")
        #expect(receipt.status == 0, "\(receipt)")
        #expect(try shop.run("spend", "anna", orderNumber(2), "40").status == 0)
        for (name, lines) in Self.commands {
            var printed: Set<String> = []
            for line in lines {
                let ended = try shop.run((line + " --json").split(separator: " ").map(String.init))
                #expect(ended.status == 0, "\(line): \(ended)")
                printed.formUnion(Self.names(in: ended.json.map { .object($0) } ?? .null))
            }
            let help = try shop.run(["help"] + name.split(separator: " ").map(String.init)).output
            let document = try #require(help.firstMatch(of: /--json prints:\n(.+)\n/)).output.1
            #expect(Set(document.matches(of: /"(\w+)"/).map { String($0.output.1) }) == printed, "\(name)")
        }
    }

    /// The names of all members of a value, at any depth.
    private static func names(in value: JSONValue) -> Set<String> {
        switch value {
        case .object(let object):
            object.members.reduce(into: Set(object.members.map(\.name))) { $0.formUnion(names(in: $1.value)) }
        case .array(let values): values.reduce(into: Set<String>()) { $0.formUnion(names(in: $1)) }
        case .null, .bool, .number, .string: []
        }
    }
}
