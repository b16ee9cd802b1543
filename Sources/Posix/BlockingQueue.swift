import CLinux
import Glibc

/// A bounded first-in-first-out queue between threads; takers wait, putters never do.
package final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
    // Safe: every access to the stored state holds `mutex`, whose address, like the condition's, never changes.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var elements: [Element] = []
    /// How many of `elements` were taken one by one; they leave the array when it is worth moving the rest.
    private var takenCount = 0
    private var isClosed = false
    private let capacity: Int

    package init(capacity: Int) {
        precondition(capacity > 0, "a queue holds something")
        self.capacity = capacity
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Puts an element at the end; false where the queue is full or closed.
    package func put(_ element: Element) -> Bool {
        locked {
            guard !isClosed, elements.count - takenCount < capacity else { return false }
            elements.append(element)
            pthread_cond_signal(changed)
            return true
        }
    }

    /// The first element, waiting for one; nil once the queue is closed and empty.
    package func take() -> Element? {
        locked {
            waitForElements()
            guard takenCount < elements.count else { return nil }
            let element = elements[takenCount]
            takenCount += 1
            if takenCount * 2 > elements.count {
                elements.removeFirst(takenCount)
                takenCount = 0
            }
            return element
        }
    }

    /// At most `limit` elements from the front, waiting for the first; empty once the queue is closed and empty.
    package func takeSeveral(limit: Int) -> [Element] {
        precondition(limit > 0, "a taker takes something")
        return locked {
            waitForElements()
            let end = min(elements.count, takenCount + limit)
            let taken = Array(elements[takenCount..<end])
            elements.removeFirst(end)
            takenCount = 0
            return taken
        }
    }

    /// Everything that waits now, without waiting for more.
    package func drain() -> [Element] {
        locked {
            let taken = Array(elements[takenCount...])
            elements.removeAll(keepingCapacity: true)
            takenCount = 0
            return taken
        }
    }

    package var count: Int {
        locked { elements.count - takenCount }
    }

    /// Refuses further elements; takers get what is left, then nothing.
    package func close() {
        locked {
            isClosed = true
            pthread_cond_broadcast(changed)
        }
    }

    private func waitForElements() {
        while takenCount == elements.count, !isClosed { pthread_cond_wait(changed, mutex) }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
