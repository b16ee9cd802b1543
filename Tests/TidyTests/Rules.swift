import Foundation

/// A file of the repository.
struct SourceFile: Sendable {
    /// The path from the repository's root: `Sources/JSON/JSONParser.swift`.
    let path: String
    let text: String
    let lines: [String]
    /// The lines of comments, without the slashes.
    let comments: [(line: Int, text: String)]
    /// Lines that are written for people: comments and messages of traps, or a document outside its code. Quoted code
    /// is left out.
    let prose: [(line: Int, text: String)]

    init(path: String, text: String) {
        (self.path, self.text) = (path, text)
        lines = text.components(separatedBy: "\n")
        let isSwift = path.hasSuffix(".swift")
        comments = isSwift ? Self.comments(in: lines) : []
        prose =
            if isSwift {
                comments + (path.hasPrefix("Sources/") ? Self.trapMessages(in: lines) : [])
            } else {
                path.hasSuffix(".md") ? Self.paragraphs(in: lines) : []
            }
    }

    /// The room of the file, such as `JSON` for a file in `Sources/JSON`; `nil` outside the sources.
    var room: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
}

/// A rule that every file has to keep.
struct Rule: Sendable, CustomStringConvertible {
    let description: String
    /// Returns the numbers of the lines that break the rule, from 1.
    let brokenLines: @Sendable (SourceFile) -> [Int]

    /// Returns the rule that no line matches `pattern`, for the files for which `applies` returns true.
    static func noLine(
        _ description: String, matches pattern: String, where applies: @escaping @Sendable (SourceFile) -> Bool
    ) -> Rule {
        Rule(description: description) { file in
            // Few files match, and one search is quicker than one for each line.
            guard applies(file), file.text.range(of: "(?m)" + pattern, options: .regularExpression) != nil else {
                return []
            }
            return file.lines.indices.filter { file.lines[$0].range(of: pattern, options: .regularExpression) != nil }
                .map { $0 + 1 }
        }
    }
}

extension Rule {
    /// - Parameter safeRooms: The rooms whose target has strict memory safety.
    static func all(safeRooms: Set<String>) -> [Rule] {
        lengths + language + [
            noLine("rooms with strict memory safety never opt out", matches: #"\bunsafe\b"#) {
                $0.isSwift && $0.room.map(safeRooms.contains) ?? false
            },
            noLine("only one room calls SQLite", matches: #"\bsqlite3_"#) {
                $0.isSwift && $0.room.map { !["SQLite", "CSQLite"].contains($0) } ?? false
            },
            noLine("only one room calls libpq", matches: #"\bPQ[a-z]\w*\("#) {
                $0.isSwift && $0.room.map { !["Postgres", "CPostgres"].contains($0) } ?? false
            },
            noLine(
                "only one room knows the engines of the store", matches: #"\bimport (SQLiteStore|PostgresStore)\b"#
            ) {
                $0.isSwift && $0.room.map { $0 != "App" } ?? false
            },
            noLine("only one room calls libsodium", matches: #"\b(crypto|sodium|randombytes)_"#) {
                $0.isSwift && $0.room.map { !["Crypto", "CSodium"].contains($0) } ?? false
            },
            noLine("only one room calls zlib", matches: #"\b(inflate|deflate)(Init|Reset|End|Bound)?2?_?\("#) {
                $0.isSwift && $0.room.map { !["Gzip", "CZlib"].contains($0) } ?? false
            },
            noLine(
                "Foundation makes the executable 50 MB larger",
                matches: #"\bimport (Foundation|FoundationNetworking)\b"#
            ) {
                $0.isSwift && $0.room != nil
            },
            noLine("tests start processes as ChildProcess, which explains why", matches: #"\bProcess\(\)"#) {
                $0.isSwift && $0.path.hasPrefix("Tests/")
            },
            uncheckedSendableSaysWhy,
            noLine("no comment says that work is left to do", matches: #"\b(TO"# + #"DO|FIX"# + #"ME|XX"# + #"X)\b"#) {
                _ in
                true
            },
        ]
    }

    private static let uncheckedSendableSaysWhy = Rule(
        description: "an unchecked Sendable has a comment beside it that explains why it is safe"
    ) { file in
        guard file.isSwift, file.room != nil else { return [] }
        return file.lines.indices.filter { index in
            guard file.lines[index].contains("@unchecked Sendable") else { return false }
            return !file.lines[max(0, index - 1)...min(file.lines.count - 1, index + 1)].contains { $0.contains("//") }
        }.map { $0 + 1 }
    }
}
