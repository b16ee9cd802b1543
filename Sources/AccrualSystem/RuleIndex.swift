/// Finds the rules whose match a description contains, in one pass over it however many rules there are.
struct RuleIndex: Sendable {
    let rules: [RewardRule]
    private let matches: [[UInt8]]
    /// For each length of a beginning, from one byte on: the rules by their beginnings. A rule stands under its longest.
    private var byBeginning: [[UInt32: [Int]]]

    /// Two letters of Cyrillic, four of Latin.
    private static let beginningBytesMax = 4

    init(_ rules: [RewardRule]) {
        self.rules = rules
        matches = rules.map { Array($0.match.utf8) }
        byBeginning = Array(repeating: [:], count: Self.beginningBytesMax)
        for (number, match) in matches.enumerated() {
            let length = min(match.count, Self.beginningBytesMax)
            byBeginning[length - 1][Self.key(match[..<length]), default: []].append(number)
        }
    }

    /// Each rule once, however often its match stands there.
    func matching(_ description: String) -> [RewardRule] {
        let text = Array(description.utf8)
        var found: Set<Int> = []
        for start in text.indices {
            for (index, table) in byBeginning.enumerated() where !table.isEmpty && start + index < text.count {
                for number in table[Self.key(text[start...(start + index)])] ?? [] {
                    let match = matches[number]
                    if start + match.count <= text.count, text[start..<(start + match.count)].elementsEqual(match) {
                        found.insert(number)
                    }
                }
            }
        }
        return found.map { rules[$0] }
    }

    private static func key(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
