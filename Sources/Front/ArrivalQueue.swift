/// A first-in, first-out queue.
struct ArrivalQueue<Element> {
    private var elements: [Element?] = []
    private var firstIndex = 0

    /// The memory of removed elements is freed when there are at least this many of them, and at least as many as
    /// remaining ones. So each element is moved once at most.
    private static var removedCountMax: Int { 64 }

    var isEmpty: Bool { firstIndex == elements.count }
    var count: Int { elements.count - firstIndex }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard firstIndex < elements.count else { return nil }
        let element = elements[firstIndex]
        elements[firstIndex] = nil
        firstIndex += 1
        if firstIndex == elements.count {
            elements.removeAll(keepingCapacity: firstIndex <= Self.removedCountMax)
            firstIndex = 0
        } else if firstIndex >= Self.removedCountMax, firstIndex * 2 >= elements.count {
            elements.removeFirst(firstIndex)
            firstIndex = 0
        }
        return element
    }
}
