import Foundation

/// The rules of plain English that a program can check. They hold for comments, for documents outside their code, for
/// the messages of traps, and for the names of tests.
extension Rule {
    static let language: [Rule] = [
        noProse(
            "a sentence has a noun as its subject: \"the client\", not \"whoever\"",
            matches: #"\b([Ww]hoever|[Ww]homever|[Nn]obody|[Ss]omebody|[Aa]nybody)\b"#),
        noProse("a comment begins with the thing that it explains, not with \"What\"", matches: #"^What\b(?!.*\?)"#),
        noProse(
            "\"if\" introduces a condition, not \"where\"",
            matches:
                #"\b([Nn]il|[Ff]alse|[Tt]rue|[Ee]mpty|[Nn]one|[Zz]ero),? where\b|\b[Ww]here (there|that|nothing|none)\b"#
        ),
        noProse("\"Returns true if\" or \"True if\" begins the comment of a condition", matches: #"^Whether\b"#),
        noProse("things are, and are written; they do not stand", matches: #"\bstands?\b(?! (for|in|out|alone))"#),
        noProse(
            "\"after\" and \"before\" order things; \"behind\" is for proxies",
            matches: #"\b[Bb]ehind\b(?!.*\b(prox|NAT|address|nginx|HAProxy|Caddy|balancer))"#),
        noProse(
            "no archaic words",
            matches:
                #"\b(save for|none of (ours|its|theirs)|(are|is) nothing to (a|an|the)|may be any|so many of|as any)\b"#
        ),
        Rule(description: "a comment fits into \(columnsMax) columns") { file in
            file.isSwift ? file.comments.filter { file.lines[$0.line - 1].count > columnsMax }.map(\.line) : []
        },
        Rule(description: "a test is named for what it shows, with a noun as its subject") { file in
            guard file.path.hasPrefix("Tests/"), file.isSwift else { return [] }
            let name =
                /@Test.* func (what|who|whoever|where|nobody|somebody)[A-Z]|@Test.* func \w*(Whoever|Nobody|Somebody)/
            return file.lines.indices.filter { file.lines[$0].contains(name) }.map { $0 + 1 }
        },
    ]

    private static let columnsMax = 120

    /// How often a word may occur in 1,000 words of all comments: "who" only after the noun that it refers to.
    static let wordBudgets: [(word: String, pattern: String, perThousandMax: Double)] = [
        ("where", #"\b[Ww]here\b"#, 1), ("who", #"\b[Ww]ho\b"#, 0.6),
    ]

    /// No line of a file's prose matches.
    private static func noProse(_ description: String, matches pattern: String) -> Rule {
        Rule(description: description) { file in
            // Few files match, and one search is quicker than one for each line.
            let text = file.prose.map(\.text).joined(separator: "\n")
            guard text.range(of: "(?m)" + pattern, options: .regularExpression) != nil else { return [] }
            return file.prose.filter { $0.text.range(of: pattern, options: .regularExpression) != nil }.map(\.line)
        }
    }
}

extension SourceFile {
    static func comments(in lines: [String]) -> [(line: Int, text: String)] {
        let pattern = /^\s*\/{2,3} ?(.*)$|\s\/\/ (.*)$/
        return lines.indices.compactMap { index in
            guard lines[index].contains("//"), let comment = lines[index].firstMatch(of: pattern) else { return nil }
            return (index + 1, Self.withoutCode(comment.output.1 ?? comment.output.2 ?? ""))
        }
    }

    static func trapMessages(in lines: [String]) -> [(line: Int, text: String)] {
        lines.indices.compactMap { index in
            guard lines[index].contains("precondition"), let message = lines[index].firstMatch(of: /"(.+)"/) else {
                return nil
            }
            return (index + 1, String(message.output.1))
        }
    }

    static func paragraphs(in lines: [String]) -> [(line: Int, text: String)] {
        var isCode = false
        return lines.indices.compactMap { index in
            if lines[index].drop(while: { $0 == " " }).hasPrefix("```") {
                isCode.toggle()
                return nil
            }
            return isCode ? nil : (index + 1, Self.withoutCode(lines[index]))
        }
    }

    private static func withoutCode(_ text: some StringProtocol) -> String {
        text.contains { $0 == "`" || $0 == "\"" } ? String(text).replacing(/`[^`]*`|"[^"]*"/, with: "…") : String(text)
    }
}
