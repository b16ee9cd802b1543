/// Elements that wait to be served in turn. Each has a path of keys, as a file has folders. At each step of the path the keys take
/// turns, so that a key with much waiting, however many keys it has under it, holds up each key beside it by one element at most.
/// The elements of one path are served in the order of their arrival.
///
/// It is bounded. When it is full, a newcomer is let in at the cost of the key that has more waiting than the newcomer's at the first
/// step on which the two differ.
struct FairQueue<Key: Hashable, Element> {
    private var root = FairQueueNode<Key, Element>()
    private let capacity: Int

    init(capacity: Int) {
        precondition(capacity > 0, "a queue has room for an element")
        self.capacity = capacity
    }

    var count: Int { root.count }

    /// Puts an element after those of its path. Returns the element that has no place then: `nil`, the element itself, or the newest
    /// of the key that has most waiting. All paths through a key are of one length.
    mutating func put(_ element: Element, of path: [Key]) -> Element? {
        precondition(!path.isEmpty, "an element has a path")
        var displaced: Element?
        if count == capacity {
            guard let newest = root.removeNewest(makingRoomFor: path[...]) else { return element }
            displaced = newest
        }
        root.put(element, of: path[...])
        return displaced
    }

    /// The oldest element of the path whose turn it is; `nil` if nothing waits.
    mutating func take() -> Element? {
        count == 0 ? nil : root.take()
    }

    /// Everything that waits.
    mutating func removeAll() -> [Element] {
        defer { root = FairQueueNode<Key, Element>() }
        return root.all
    }
}

/// What waits under one key: elements at the end of a path, other keys elsewhere.
private struct FairQueueNode<Key: Hashable, Element> {
    /// Keys that have something waiting, the next one first.
    private var turns: [Key] = []
    private var children: [Key: FairQueueNode] = [:]
    private var elements: [Element] = []
    private(set) var count = 0

    mutating func put(_ element: Element, of path: ArraySlice<Key>) {
        count += 1
        guard let key = path.first else { return elements.append(element) }
        if children[key] == nil { turns.append(key) }
        children[key, default: FairQueueNode()].put(element, of: path.dropFirst())
    }

    mutating func take() -> Element {
        count -= 1
        guard !turns.isEmpty else { return elements.removeFirst() }
        let key = turns.removeFirst()
        guard let element = children[key]?.take() else { preconditionFailure("a key with a turn has an element") }
        if children[key]?.count == 0 { children[key] = nil } else { turns.append(key) }
        return element
    }

    /// Removes the newest of the greediest key; `nil` if none has more than the newcomer's would have.
    mutating func removeNewest(makingRoomFor path: ArraySlice<Key>) -> Element? {
        guard let key = path.first, let longest else { return nil }
        if longest != key, length(of: longest) > length(of: key) + 1 { return removeNewest(under: longest) }
        guard let newest = children[key]?.removeNewest(makingRoomFor: path.dropFirst()) else { return nil }
        count -= 1
        return newest
    }

    private mutating func removeNewest(under key: Key) -> Element? {
        guard let newest = children[key]?.removeNewest() else { return nil }
        count -= 1
        if length(of: key) == 0 {
            children[key] = nil
            turns.removeAll { $0 == key }
        }
        return newest
    }

    private mutating func removeNewest() -> Element? {
        if let longest { return removeNewest(under: longest) }
        count -= 1
        return elements.popLast()
    }

    private var longest: Key? { turns.max { length(of: $0) < length(of: $1) } }

    private func length(of key: Key) -> Int { children[key]?.count ?? 0 }

    var all: [Element] { elements + turns.flatMap { children[$0]?.all ?? [] } }
}
