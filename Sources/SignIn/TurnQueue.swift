import Posix
import Synchronization

/// A ``FairQueue`` between threads; takers wait, putters never do.
package final class TurnQueue<Key: Hashable & Sendable, Element: Sendable>: Sendable {
    private struct State {
        var elements: FairQueue<Key, Element>
        var isClosed = false
    }

    private let state: Mutex<State>
    /// One for each element, put behind it: who has taken one finds an element, unless the queue was closed since.
    private let tickets: BlockingQueue<Void>

    package init(capacity: Int) {
        state = Mutex(State(elements: FairQueue(capacity: capacity)))
        tickets = BlockingQueue(capacity: capacity)
    }

    package var count: Int { state.withLock { $0.elements.count } }

    /// Returns what has no place, as ``FairQueue/put(_:of:)``; all of it once the queue is closed.
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

    /// The element whose turn it is, waiting for one; nil once the queue is closed.
    package func take() -> Element? {
        guard tickets.take() != nil else { return nil }
        return state.withLock { $0.elements.take() }
    }

    /// Refuses further elements, sends takers away and returns what waited.
    package func close() -> [Element] {
        let left = state.withLock { state in
            state.isClosed = true
            return state.elements.removeAll()
        }
        tickets.close()
        return left
    }
}
