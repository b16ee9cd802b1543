/// A bounded queue that serves its keys in rotation.
///
/// Password hashes are slow, and a single attacker can send thousands of sign-ins. In a first-in-first-out queue every
/// other user would wait for all of them. Serving networks in rotation is not enough either, because an attacker may
/// have many networks, or a whole block of addresses. So each element has a path of keys, as a file has folders, and at
/// each level of the path the keys take turns:
///
/// 1. Take the next key at the first level, then the next key below it, and so on; serve the oldest element of that
///    path.
/// 2. A key that has been served goes to the end of its level's rotation.
/// 3. Elements of the same path are served in order of arrival.
///
/// However long one key's backlog is, and however many keys it has below it, it delays each other key of its level by
/// at most one element.
///
/// When the queue is full, a new element displaces the newest element of the longest backlog, but only if that backlog
/// is longer than the new element's own would be. Backlogs are compared at the first level at which the two paths
/// differ.
struct FairQueue<Key: Hashable, Element> {
    private var root = FairQueueNode<Key, Element>()
    private let capacity: Int

    init(capacity: Int) {
        precondition(capacity > 0, "capacity must be positive")
        self.capacity = capacity
    }

    var count: Int { root.count }

    /// Appends an element to those of its path.
    ///
    /// - Returns: The element that has no room: `nil`, the element itself, or the newest element of the longest
    ///   backlog.
    /// - Precondition: All paths that begin with the same key have the same length.
    mutating func put(_ element: Element, of path: [Key]) -> Element? {
        precondition(!path.isEmpty, "path must not be empty")
        var displaced: Element?
        if count == capacity {
            guard let newest = root.removeNewest(makingRoomFor: path[...]) else { return element }
            displaced = newest
        }
        root.put(element, of: path[...])
        return displaced
    }

    /// Removes and returns the oldest element of the path whose turn it is, or `nil` if the queue is empty.
    mutating func take() -> Element? {
        count == 0 ? nil : root.take()
    }

    /// Removes and returns all elements.
    mutating func removeAll() -> [Element] {
        defer { root = FairQueueNode<Key, Element>() }
        return root.all
    }
}

/// The elements under one key: elements themselves at the end of a path, further keys elsewhere.
private struct FairQueueNode<Key: Hashable, Element> {
    /// The keys with a waiting element, the next one first.
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
        guard let element = children[key]?.take() else {
            preconditionFailure("a key in the rotation must have an element")
        }
        if children[key]?.count == 0 { children[key] = nil } else { turns.append(key) }
        return element
    }

    /// Removes the newest element of the longest backlog. Returns `nil` if no backlog is longer than the new element's
    /// own would be.
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
