/// Facts that were looked up before, in a table that grows with their number up to a limit. If three keys share a pair
/// of slots, the oldest is displaced. So a look-up is two comparisons, and nothing has to be aged.
struct RecentFacts<Key: RecentKey, Fact> {
    private struct Entry {
        let key: Key
        let fact: Fact
    }

    /// A few users need no more. A power of two, as every number of slots is.
    private static var slotCountMin: Int { 1024 }

    private let slotCountMax: Int
    private var slots: [Entry?]
    /// The number of slots that are taken.
    private(set) var count = 0

    /// - Parameter slotCountMax: a power of two, 2 or more.
    init(slotCountMax: Int) {
        precondition(
            slotCountMax > 1 && slotCountMax.nonzeroBitCount == 1, "slotCountMax must be a power of two")
        self.slotCountMax = slotCountMax
        slots = Array(repeating: nil, count: min(slotCountMax, Self.slotCountMin))
    }

    func fact(for key: Key) -> Fact? {
        let first = firstSlot(of: key)
        if let entry = slots[first], entry.key == key { return entry.fact }
        if let entry = slots[first + 1], entry.key == key { return entry.fact }
        return nil
    }

    mutating func insert(_ fact: Fact, for key: Key) {
        // A table that is half full has begun to displace entries of clients that come again.
        if count > slots.count / 2, slots.count < slotCountMax { grow() }
        put(Entry(key: key, fact: fact))
    }

    private mutating func put(_ entry: Entry) {
        let first = firstSlot(of: entry.key)
        if let newest = slots[first], newest.key != entry.key {
            if slots[first + 1] == nil { count += 1 }
            slots[first + 1] = newest
        } else if slots[first] == nil {
            count += 1
        }
        slots[first] = entry
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: nil, count: old.count * 2)
        count = 0
        // The newer entry of each pair comes last, as it did before.
        for index in stride(from: 0, to: old.count, by: 2) {
            if let entry = old[index + 1] { put(entry) }
            if let entry = old[index] { put(entry) }
        }
    }

    /// The first slot of the key's pair.
    private func firstSlot(of key: Key) -> Int {
        Int(truncatingIfNeeded: key.slotHash) & (slots.count / 2 - 1) * 2
    }
}

/// A key of ``RecentFacts``.
protocol RecentKey: Equatable {
    /// A number that differs from key to key in its lowest bits.
    var slotHash: UInt64 { get }
}
