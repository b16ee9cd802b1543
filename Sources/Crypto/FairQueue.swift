/// What waits to be served, each key's in the order in which it came, and the keys in turn: who has much waiting holds up each other
/// key by one element at most.
///
/// It is bounded. Where it is full, who has least is let in at the cost of who has most.
struct FairQueue<Key: Hashable, Element> {
    /// Those that have something waiting, the next one first.
    private var turns: [Key] = []
    private var waiting: [Key: [Element]] = [:]
    private(set) var count = 0
    private let capacity: Int

    init(capacity: Int) {
        precondition(capacity > 0, "a queue holds something")
        self.capacity = capacity
    }

    /// Puts an element behind those of its key. Returns what has no place then: nil, the element itself, or the newest of the key
    /// that has most waiting, where that has more than this one even afterwards.
    mutating func put(_ element: Element, of key: Key) -> Element? {
        var displaced: Element?
        if count == capacity {
            guard let longest = turns.max(by: { length(of: $0) < length(of: $1) }),
                length(of: longest) > length(of: key) + 1
            else { return element }
            displaced = waiting[longest]?.removeLast()
            count -= 1
        }
        if length(of: key) == 0 { turns.append(key) }
        waiting[key, default: []].append(element)
        count += 1
        return displaced
    }

    /// The oldest element of the key whose turn it is; nil where nothing waits.
    mutating func take() -> Element? {
        guard !turns.isEmpty else { return nil }
        let key = turns.removeFirst()
        let element = waiting[key]?.removeFirst()
        count -= 1
        if length(of: key) == 0 { waiting[key] = nil } else { turns.append(key) }
        return element
    }

    /// Everything that waits.
    mutating func removeAll() -> [Element] {
        defer { (turns, waiting, count) = ([], [:], 0) }
        return turns.flatMap { waiting[$0] ?? [] }
    }

    private func length(of key: Key) -> Int { waiting[key]?.count ?? 0 }
}
