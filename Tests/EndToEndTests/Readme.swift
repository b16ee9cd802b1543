import EndToEndSupport
import Foundation

/// The blocks of README.md that can be tried. A comment in front of a block, which no reader sees, says what becomes of it:
/// `<!-- runs -->` a script, whose output the next block shows; `<!-- logs -->` what a server says at the start; and others.
struct Readme {
    struct Block {
        /// What the comment says; empty where there is none.
        let use: String
        let text: String
    }

    let blocks: [Block]

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        blocks = try Self.blocks(of: text.components(separatedBy: "\n"))
    }

    /// The only block of a use.
    func block(_ use: String) throws -> String {
        let found = blocks.filter { $0.use == use }
        guard found.count == 1 else { throw TestFailure("\(found.count) blocks for: \(use)") }
        return found[0].text
    }

    /// Each script with what it prints, from top to bottom.
    func scripts() throws -> [(script: String, output: String)] {
        try blocks.indices.filter { blocks[$0].use == "runs" }.map { index in
            guard index + 1 < blocks.count, blocks[index + 1].use.isEmpty else {
                throw TestFailure("nothing shows what this prints: \(blocks[index].text)")
            }
            return (blocks[index].text, blocks[index + 1].text)
        }
    }

    private static func blocks(of lines: [String]) throws -> [Block] {
        var blocks: [Block] = []
        var use = ""
        var content: [String]?
        for line in lines {
            if line.hasPrefix("```") {
                if let text = content {
                    blocks.append(Block(use: use, text: text.joined(separator: "\n")))
                    (use, content) = ("", nil)
                } else {
                    content = []
                }
            } else if content != nil {
                content?.append(line)
            } else if let comment = line.wholeMatch(of: /<!-- (\w+) -->/) {
                use = String(comment.1)
            } else if !use.isEmpty {
                throw TestFailure("no block behind the comment: \(use)")
            }
        }
        guard content == nil, use.isEmpty else { throw TestFailure("a block without an end: \(use)") }
        return blocks
    }
}
