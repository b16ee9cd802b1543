import Loyalty

/// Finds the rules whose match a description contains.
///
/// A receipt may have 2,000 goods and a shop 10,000 rules; searching each description for each match would take
/// seconds. This index finds all matches in one pass over the description: the time grows with the length of the
/// description and with the number of matches found, however many rules there are and however much they have in common.
///
/// The automaton is that of Aho and Corasick (CACM 18:6, 1975): a tree of all prefixes of matches, in which each node
/// knows the longest of its proper suffixes that is a prefix too.
struct RuleIndex: Sendable {
    let rules: [RewardRule]
    private var edges: EdgeTable
    /// For each node, the node of its longest proper suffix that is a prefix of a match.
    private var ends: [Int32] = [0]
    /// For each node, the rule whose match it is, or -1.
    private var found: [Int32] = [-1]
    /// For each rule, another one with the same match, or -1.
    private var sameMatch: [Int32]
    /// For each node, the longest of its suffixes that is a rule's match, or the root if there is none.
    private var nextFound: [Int32] = [0]

    private static let root: Int32 = 0

    init(_ rules: [RewardRule]) {
        self.rules = rules
        sameMatch = Array(repeating: -1, count: rules.count)
        edges = EdgeTable(capacity: rules.reduce(0) { $0 + $1.match.utf8.count })
        var nodes = [Node(parent: 0, byte: 0, depth: 0)]
        for (number, rule) in rules.enumerated() {
            var node = Self.root
            for byte in rule.match.utf8 {
                if let next = edges[node, byte] {
                    node = next
                } else {
                    let next = Int32(nodes.count)
                    nodes.append(Node(parent: node, byte: byte, depth: nodes[Int(node)].depth + 1))
                    found.append(-1)
                    edges.insert(next, from: node, by: byte)
                    node = next
                }
            }
            sameMatch[number] = found[Int(node)]
            found[Int(node)] = Int32(number)
        }
        connect(nodes)
    }

    private struct Node {
        let parent: Int32
        let byte: UInt8
        let depth: Int32
    }

    /// Computes the suffixes. Shallow nodes come first, because a node's suffix follows from those of shorter ones.
    private mutating func connect(_ nodes: [Node]) {
        ends = Array(repeating: Self.root, count: nodes.count)
        nextFound = Array(repeating: Self.root, count: nodes.count)
        for (number, node) in nodes.enumerated().sorted(by: { $0.element.depth < $1.element.depth }).dropFirst() {
            if node.depth > 1 { ends[number] = step(from: ends[Int(node.parent)], by: node.byte) }
            let end = Int(ends[number])
            nextFound[number] = found[end] >= 0 ? ends[number] : nextFound[end]
        }
    }

    /// Returns the node of the longest prefix with which the text ends, after one more byte.
    private func step(from start: Int32, by byte: UInt8) -> Int32 {
        var node = start
        while true {
            if let next = edges[node, byte] { return next }
            if node == Self.root { return node }
            node = ends[Int(node)]
        }
    }

    /// Returns each matching rule once, however often its match occurs in the description.
    func matching(_ description: String) -> [RewardRule] {
        guard !rules.isEmpty else { return [] }
        var isFound = Array(repeating: false, count: rules.count)
        var matching: [RewardRule] = []
        var node = Self.root
        for byte in description.utf8 {
            node = step(from: node, by: byte)
            var match = found[Int(node)] >= 0 ? node : nextFound[Int(node)]
            // All rules that follow one that was found before have been found with it.
            while match != Self.root, !isFound[Int(found[Int(match)])] {
                var rule = Int(found[Int(match)])
                while rule >= 0 {
                    isFound[rule] = true
                    matching.append(rules[rule])
                    rule = Int(sameMatch[rule])
                }
                match = nextFound[Int(match)]
            }
        }
        return matching
    }
}

/// The edges of a tree with numbered nodes, each labelled with a byte: an open-addressing hash table, at most half
/// full.
private struct EdgeTable: Sendable {
    /// The node in the upper bits and the byte in the lowest eight, plus one; 0 in a free slot.
    private var keys: [UInt64]
    private var targets: [Int32]
    private let mask: Int

    init(capacity: Int) {
        var size = 16
        while size < 2 * capacity { size *= 2 }
        keys = Array(repeating: 0, count: size)
        targets = Array(repeating: 0, count: size)
        mask = size - 1
    }

    subscript(node: Int32, byte: UInt8) -> Int32? {
        let key = Self.key(node, byte)
        var slot = slot(of: key)
        while keys[slot] != 0 {
            if keys[slot] == key { return targets[slot] }
            slot = (slot + 1) & mask
        }
        return nil
    }

    mutating func insert(_ target: Int32, from node: Int32, by byte: UInt8) {
        let key = Self.key(node, byte)
        var slot = slot(of: key)
        while keys[slot] != 0 { slot = (slot + 1) & mask }
        (keys[slot], targets[slot]) = (key, target)
    }

    private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
        (UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)) + 1
    }

    /// Multiplicative hashing by 2^64 divided by the golden ratio; the upper bits depend on the whole key.
    private func slot(of key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask }
}
