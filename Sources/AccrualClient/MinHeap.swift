/// A binary heap: the least element is the first.
struct MinHeap<Element: Comparable> {
    private(set) var elements: [Element] = []

    var count: Int { elements.count }
    var first: Element? { elements.first }

    mutating func insert(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0, elements[child] < elements[(child - 1) / 2] {
            elements.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> Element? {
        guard let first = elements.first else { return nil }
        elements.swapAt(0, elements.count - 1)
        elements.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < elements.count && elements[child] < elements[least] {
                least = child
            }
            if least == parent { return first }
            elements.swapAt(parent, least)
            parent = least
        }
    }

    /// Removes an element that has no other element below it: one of the greater half, found without a search.
    mutating func removeLeaf() -> Element? { elements.popLast() }

    /// Removes all elements for which `matches` returns true, and returns them in no particular order.
    mutating func removeAll(where matches: (Element) -> Bool) -> [Element] {
        let all = elements
        elements = []
        var removed: [Element] = []
        for element in all {
            if matches(element) { removed.append(element) } else { insert(element) }
        }
        return removed
    }
}
