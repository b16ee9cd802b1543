import Loyalty

/// The latest of many elements, no more of them than a limit. They are numbered from 0 in the order in which they came.
struct LatestElements<Element> {
    private let capacity: Int
    /// Grows up to the limit; from then on the newest takes the place of the oldest.
    private var ring: [Element] = []
    /// All that ever came, and so the number of the next.
    private(set) var count = 0

    init(capacity: Int) {
        precondition(capacity > 0, "the latest element is kept")
        self.capacity = capacity
    }

    /// The number of the oldest that is kept.
    var firstKept: Int { count - ring.count }

    subscript(number: Int) -> Element {
        precondition(number >= firstKept && number < count, "only what is kept is read")
        return ring[number % capacity]
    }

    /// Gives back whose place it took.
    mutating func append(_ element: Element) -> Element? {
        let place = count % capacity
        count += 1
        guard place < ring.count else {
            precondition(place == ring.count, "no place of the ring is passed over")
            ring.append(element)
            return nil
        }
        defer { ring[place] = element }
        return ring[place]
    }
}
