import Foundation
import Testing

@Suite struct TidyTests {
    private static let safeRooms: Set<String> = {
        let manifest = try? Repository.file("Package.swift")
        return Repository.safeRooms(inManifest: manifest?.lines.joined(separator: "\n") ?? "")
    }()

    @Test func everyFileKeepsEveryRule() throws {
        let files = try Repository.files(in: ["Sources", "Tests"]) + [try #require(try Repository.file("README.md"))]
        #expect(files.count > 50)
        for rule in Rule.all(safeRooms: Self.safeRooms) {
            for file in files {
                for line in rule.brokenLines(file) {
                    Issue.record("\(file.path):\(line): \(rule)")
                }
            }
        }
    }

    @Test func manifestNamesTheSafeRooms() {
        #expect(Self.safeRooms.isSuperset(of: ["API", "App", "HTTP", "JSON", "Loyalty", "SQLiteStore", "martlet"]))
        #expect(Self.safeRooms.isDisjoint(with: ["Crypto", "Gzip", "Posix", "SQLite"]))
    }

    @Test func topLevelHasOnlyTheExpectedNames() throws {
        let allowed: Set = [
            "Package.swift", "Sources", "Tests", "README.md", "config.example.json", ".ci", ".gitignore",
            ".swift-format", ".gitattributes", ".github",
        ]
        guard let names = try Repository.topLevelNames() else { return }
        #expect(names.isSuperset(of: ["Package.swift", "Sources", "Tests"]))
        #expect(names.subtracting(allowed).isEmpty)
    }

    private static let comment = "// "

    /// Files, and the lines of each that break a rule. Their texts are in pieces, so that this file breaks none.
    private static let samples: [(path: String, text: String, lines: [Int])] = [
        ("Sources/JSON/Long.swift", String(repeating: "let a = 1\n", count: 300), []),
        ("Sources/JSON/Long.swift", String(repeating: "let a = 1\n", count: 301), [301]),
        ("Tests/JSONTests/Long.swift", String(repeating: "let a = 1\n", count: 301), [301]),
        ("Sources/JSON/A.swift", "func a() {\n" + String(repeating: "    a()\n", count: 48) + "}", []),
        ("Sources/JSON/A.swift", "func a() {\n" + String(repeating: "    a()\n", count: 49) + "}", [1]),
        ("Tests/JSONTests/A.swift", "func a() {\n" + String(repeating: "    a()\n", count: 49) + "}", [1]),
        (
            "Tests/JSONTests/A.swift",
            "let a = [\n" + String(repeating: "    a,\n", count: 60) + "]\nfunc a() {\n    a()\n}", []
        ),
        ("Sources/JSON/A.swift", "protocol A {\n    func a()\n\n" + String(repeating: "\n", count: 60) + "}", []),
        ("Sources/JSON/A.swift", comment + "Wakes who" + "ever waits.", [1]),
        ("Sources/JSON/A.swift", comment + "What" + " a client sent.\n" + comment + "What" + " now?", [1]),
        ("Sources/JSON/A.swift", "let a = 1  " + comment + "Nil" + " where it has no name.", [1]),
        ("Sources/JSON/A.swift", comment + "`nil` if it has no name, and `Nil" + " where` is code.", []),
        ("Sources/JSON/A.swift", comment + "Whe" + "ther it is open.", [1]),
        ("Sources/JSON/A.swift", comment + "The name sta" + "nds beside it.", [1]),
        ("Sources/JSON/A.swift", comment + "The bytes beh" + "ind it.\n" + comment + "Beh" + "ind a proxy.", [1]),
        ("Sources/JSON/A.swift", comment + "It ends, save" + " for the last.", [1]),
        ("Sources/JSON/A.swift", comment + String(repeating: "a ", count: 59), [1]),
        ("Sources/JSON/A.swift", "precondition(a > 0, \"who" + "ever asks takes something\")", [1]),
        ("Sources/Handbook/A.md", "Ask some" + "body.\n```\nnobody@shop\n```", [1]),
        ("Tests/JSONTests/A.swift", "@Test func what" + "IsWrongIsNamed() {}", [1]),
        ("Tests/JSONTests/A.swift", "@Test(arguments: a) func itDelaysNob" + "ody() {}", [1]),
        ("Sources/JSON/A.swift", "a\nunsafe f()", [2]),
        ("Sources/JSON/A.swift", "nonisolated(unsafe) var a = 1", [1]),
        ("Sources/JSON/A.swift", "let isUnsafe = true", []),
        ("Sources/Posix/A.swift", "unsafe f()", []),
        ("Sources/SQLiteStore/A.swift", "sqlite3_open(path)", [1]),
        ("Sources/SQLite/A.swift", "sqlite3_open(path)", []),
        ("Sources/PostgresStore/A.swift", "functions.PQclear(a)\nPQfinish(b)", [1, 2]),
        ("Sources/Postgres/A.swift", "functions.PQclear(a)\nPQfinish(b)", []),
        ("Sources/Owner/A.swift", "import SQLiteStore\nimport PostgresStore", [1, 2]),
        ("Sources/App/A.swift", "import SQLiteStore\nimport PostgresStore", []),
        ("Sources/API/A.swift", "crypto_hash()\nsodium_init()", [1, 2]),
        ("Sources/Crypto/A.swift", "crypto_hash()\nsodium_init()", []),
        ("Sources/API/A.swift", "deflate(a)\ninflateInit2_(b)", [1, 2]),
        ("Sources/Gzip/A.swift", "deflate(a)\ninflateInit2_(b)", []),
        ("Sources/App/A.swift", "import Foundation\n@preconcurrency import FoundationNetworking", [1, 2]),
        ("Sources/App/A.swift", "import FoundationEssentials", []),
        ("Tests/AppTests/A.swift", "import Foundation", []),
        ("Tests/AppTests/A.swift", "let a = Pro" + "cess()\nlet b = ChildPro" + "cess()", [1]),
        ("Sources/App/A.swift", "final class A: @unchecked Sendable {\n    let a = 1", [1]),
        ("Sources/App/A.swift", "final class A: @unchecked Sendable {\n    \(comment)Safe.", []),
        ("Sources/App/A.swift", "\(comment)Safe.\nextension A: @unchecked Sendable {}\n", []),
        ("Sources/App/A.swift", "\(comment)Safe.\n\nextension A: @unchecked Sendable {}\n", [3]),
        ("Sources/App/A.swift", comment + "TO" + "DO: all of it", [1]),
        ("Tests/run", comment + "FIX" + "ME", [1]),
    ]

    /// A rule that nothing can break would prove nothing. Each is broken by a sample, and by that alone.
    @Test func rulesFindTheLinesThatBreakThem() {
        for sample in Self.samples {
            let file = SourceFile(path: sample.path, text: sample.text)
            let broken = Rule.all(safeRooms: ["API", "App", "JSON", "SQLiteStore"]).flatMap { $0.brokenLines(file) }
            #expect(broken == sample.lines, "\(sample.path): \(sample.text.prefix(60).debugDescription)")
        }
    }

    /// Some words are needed at times, but not as often as a habit has them.
    @Test func wordsKeepTheirBudgets() throws {
        let files = try Repository.files(in: ["Sources", "Tests"]).filter(\.isSwift)
        let words = files.map { file in file.comments.map(\.text).joined(separator: "\n") }
        let count = words.reduce(0) { $0 + $1.split { $0.isWhitespace }.count }
        for (word, pattern, perThousandMax) in Rule.wordBudgets {
            let found = try words.reduce(0) { $0 + $1.matches(of: try Regex(pattern)).count }
            #expect(1000 * Double(found) <= perThousandMax * Double(count), "\(word): \(found) of \(count) words")
        }
    }
}
