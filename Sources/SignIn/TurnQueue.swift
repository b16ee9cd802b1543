import Posix
import Synchronization

/// A ``FairQueue`` between threads. A taker waits for an element; a putter never waits.
package final class TurnQueue<Key: Hashable & Sendable, Element: Sendable>: Sendable {
    private struct State {
        var elements: FairQueue<Key, Element>
        var isClosed = false
    }

    private let state: Mutex<State>
    /// One ticket for each element, added after it. A taker that got a ticket finds an element, unless the queue has
    /// been closed since.
    private let tickets: BlockingQueue<Void>

    package init(capacity: Int) {
        state = Mutex(State(elements: FairQueue(capacity: capacity)))
        tickets = BlockingQueue(capacity: capacity)
    }

    package var count: Int { state.withLock { $0.elements.count } }

    /// Appends an element, and returns the element that has no room, as ``FairQueue/put(_:of:)`` does. A closed queue
    /// returns the element itself.
    package func put(_ element: Element, of path: [Key]) -> Element? {
        let (refused, hasGrown) = state.withLock { state in
            guard !state.isClosed else { return (Element?.some(element), false) }
            let countBefore = state.elements.count
            let refused = state.elements.put(element, of: path)
            return (refused, state.elements.count > countBefore)
        }
        if hasGrown { _ = tickets.put(()) }
        return refused
    }

    /// Waits for an element, and returns the one whose turn it is, or `nil` once the queue is closed.
    package func take() -> Element? {
        guard tickets.take() != nil else { return nil }
        return state.withLock { $0.elements.take() }
    }

    /// Closes the queue: it refuses further elements and releases waiting takers. Returns the elements that were
    /// waiting.
    package func close() -> [Element] {
        let left = state.withLock { state in
            state.isClosed = true
            return state.elements.removeAll()
        }
        tickets.close()
        return left
    }
}
