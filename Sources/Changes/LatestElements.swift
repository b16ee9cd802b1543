import Loyalty

/// The latest elements of a sequence, at most `capacity` of them. They are numbered from 0 in order of arrival.
struct LatestElements<Element> {
    private let capacity: Int
    /// Grows up to the capacity. From then on, the newest element overwrites the oldest.
    private var ring: [Element] = []
    /// The number of elements that were ever appended, which is also the number of the next one.
    private(set) var count = 0

    init(capacity: Int) {
        precondition(capacity > 0, "the latest element is kept")
        self.capacity = capacity
    }

    /// The number of the oldest element that is kept.
    var firstKept: Int { count - ring.count }

    subscript(number: Int) -> Element {
        precondition(number >= firstKept && number < count, "only what is kept is read")
        return ring[number % capacity]
    }

    /// Appends an element, and returns the element that it overwrites, if any.
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
