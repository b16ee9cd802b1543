import EndToEndSupport
import Foundation
import TestSupport

/// The code blocks of README.md and of the handbook, in the order in which a user reads them: README.md first, then the
/// pages in the order of the handbook's index.
///
/// A comment before a block, which readers do not see, states how the tests use the block: `<!-- runs -->` marks a
/// script, whose output is the next block; `<!-- logs -->` marks the first lines that a server logs. The tests of the
/// handbook have the others. A block of a list's item is indented as the item is.
struct Handbook {
    struct Block {
        /// The word in the comment before the block; empty if there is no comment.
        let use: String
        let text: String
    }

    let blocks: [Block]
    /// The text of all pages.
    let text: String

    init() throws {
        let read = { (path: String) in
            try String(contentsOfFile: RepositoryRoot.file(path), encoding: .utf8)
        }
        let folder = "Sources/Handbook"
        let pages = try read("\(folder)/README.md").matches(of: /\]\((\w+\.md)\)/).map { "\(folder)/\($0.output.1)" }
        guard pages.count > 10 else { throw TestFailure("the handbook's index has only \(pages.count) pages") }
        let texts = try (["README.md"] + pages).map { (page: $0, text: try read($0)) }
        blocks = try texts.flatMap { try Self.blocks(of: $0.text.components(separatedBy: "\n"), $0.page) }
        text = texts.map(\.text).joined(separator: "\n")
    }

    /// Returns the text of the block of this use.
    ///
    /// - Throws: `TestFailure` if there is not exactly one such block.
    func block(_ use: String) throws -> String {
        let found = blocks.filter { $0.use == use }
        guard found.count == 1 else { throw TestFailure("\(found.count) blocks for: \(use)") }
        return found[0].text
    }

    /// Returns each script with its output, in reading order.
    ///
    /// - Throws: `TestFailure` if no block with the output follows a script.
    func scripts() throws -> [(script: String, output: String)] {
        try blocks.indices.filter { blocks[$0].use == "runs" }.map { index in
            guard index + 1 < blocks.count, blocks[index + 1].use.isEmpty else {
                throw TestFailure("no block shows the output of: \(blocks[index].text)")
            }
            return (blocks[index].text, blocks[index + 1].text)
        }
    }

    private static func blocks(of lines: [String], _ page: String) throws -> [Block] {
        var blocks: [Block] = []
        var use = ""
        var content: [String]?
        var indentation = 0
        for line in lines {
            let text = line.drop { $0 == " " }
            if text.hasPrefix("```") {
                if let lines = content {
                    blocks.append(Block(use: use, text: lines.joined(separator: "\n")))
                    (use, content) = ("", nil)
                } else {
                    content = []
                    indentation = line.count - text.count
                }
            } else if content != nil {
                content?.append(String(line.dropFirst(indentation)))
            } else if let comment = text.wholeMatch(of: /<!-- (\w+) -->/) {
                use = String(comment.1)
            } else if !use.isEmpty {
                throw TestFailure("\(page): no block follows the comment: \(use)")
            }
        }
        guard content == nil, use.isEmpty else { throw TestFailure("\(page): a block without an end: \(use)") }
        return blocks
    }
}
