/// Facts that were read before, in a table that grows with their number up to a limit. Two keys that share a slot
/// displace each other, so a look-up is one comparison, and nothing has to be aged.
struct RecentFacts<Key: Equatable, Fact> {
    private struct Entry {
        let key: Key
        let hash: UInt64
        let fact: Fact
    }

    /// A few users need no more. A power of two, as every number of slots is.
    private static var slotCountMin: Int { 1024 }

    private let slotCountMax: Int
    private var slots: [Entry?]
    /// The number of slots that are taken.
    private(set) var count = 0

    /// - Parameter slotCountMax: a power of two.
    init(slotCountMax: Int) {
        precondition(
            slotCountMax > 0 && slotCountMax.nonzeroBitCount == 1, "slotCountMax must be a power of two")
        self.slotCountMax = slotCountMax
        slots = Array(repeating: nil, count: min(slotCountMax, Self.slotCountMin))
    }

    /// - Parameter hash: a number that differs from key to key in its lowest bits.
    func fact(for key: Key, hash: UInt64) -> Fact? {
        guard let entry = slots[slot(of: hash)], entry.key == key else { return nil }
        return entry.fact
    }

    mutating func insert(_ fact: Fact, for key: Key, hash: UInt64) {
        // A table that is half full has begun to displace entries of clients that come again.
        if count > slots.count / 2, slots.count < slotCountMax { grow() }
        put(Entry(key: key, hash: hash, fact: fact))
    }

    private mutating func put(_ entry: Entry) {
        let slot = slot(of: entry.hash)
        if slots[slot] == nil { count += 1 }
        slots[slot] = entry
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: nil, count: old.count * 2)
        count = 0
        for entry in old { if let entry { put(entry) } }
    }

    private func slot(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (slots.count - 1) }
}
