import Foundation
import JSON
import Testing

@testable import App
@testable import CommandLine
@testable import Configuration
@testable import Owner

/// The version and the list of changes agree.
@Suite struct VersionTests {
    private struct Entry: Equatable {
        let version: [Int]
        let schema: Int
    }

    private static func entries() throws -> [Entry] {
        try Document.text(of: Document.changes).split(separator: "\n").filter { $0.hasPrefix("## ") }
            .map { line in
                let match = try #require(
                    line.wholeMatch(of: /## (\d+)\.(\d+)\.(\d+) \(schema (\d+)\)/), "\(line) is not VERSION (schema N)")
                let numbers = [match.1, match.2, match.3, match.4].compactMap { Int($0) }
                return Entry(version: Array(numbers.prefix(3)), schema: numbers[3])
            }
    }

    private static func printed(_ arguments: [String]) throws -> String {
        guard case .run(let invocation) = CommandLineParser(.martlet).parse(arguments),
            case .print(let text) = invocation.command.action
        else { throw ConfigurationError("nothing is printed") }
        return try text(invocation)
    }

    /// Another schema needs another version, since the newest entry has both.
    @Test func theNewestEntryIsThisVersion() throws {
        let document = try #require(
            try JSONParser.parse(Array(try Self.printed(["version", "--json"]).utf8)[...]).object)
        let newest = try #require(try Self.entries().first)
        #expect(document["version"]?.string == newest.version.map(String.init).joined(separator: "."))
        #expect(document.integer("schema") == Int64(newest.schema))
        #expect(document["sqlite_version"]?.string?.hasPrefix("3.") == true)
        #expect(document["commit"] != nil)
    }

    @Test func versionsGrow() throws {
        let entries = try Self.entries()
        #expect(entries.count >= 2)
        for (newer, older) in zip(entries, entries.dropFirst()) {
            #expect(older.version.lexicographicallyPrecedes(newer.version))
            #expect(older.schema <= newer.schema)
        }
    }

    @Test func theVersionIsForPeopleToo() throws {
        let lines = try Self.printed(["version"]).split(separator: "\n").map(String.init)
        #expect(lines.map { $0.prefix { $0 != " " } } == ["martlet", "commit", "schema", "SQLite"])
        #expect(lines[0] == "martlet \(Version.text)")
        #expect(try Self.printed(["--version"]) == Self.printed(["version"]))
    }

    @Test func readmeLinksToTheList() throws {
        #expect(try Document.text(of: "README.md").contains("(\(Document.changes))"))
    }
}
