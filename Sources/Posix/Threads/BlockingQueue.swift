import CLinux
import Glibc

/// A bounded first-in-first-out queue between threads; takers wait, putters never do.
package final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
    // Safe: every access to the stored state holds `mutex`, whose address, like the condition's, never changes.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var elements: [Element] = []
    /// The number of elements at the front of `elements` that were taken one by one. They leave the array once moving
    /// the rest is worth it.
    private var takenCount = 0
    private var isClosed = false
    private let capacity: Int

    package init(capacity: Int) {
        precondition(capacity > 0, "capacity must be positive")
        self.capacity = capacity
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        // Timed waits use the monotonic clock, which cannot be set.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Appends an element and wakes one taker. Returns false if the queue is closed, or if it is full and
    /// `beyondCapacity` is false.
    package func put(_ element: Element, beyondCapacity: Bool = false) -> Bool {
        locked {
            guard !isClosed, beyondCapacity || elements.count - takenCount < capacity else { return false }
            elements.append(element)
            pthread_cond_signal(changed)
            return true
        }
    }

    /// Waits for an element and returns the first one, or `nil` if the queue is closed and empty.
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

    /// Waits for an element and returns up to `limit` elements from the front, or `nil` if the queue is closed and
    /// empty.
    ///
    /// - Parameter milliseconds: the longest wait; the result is empty if no element arrives in that time. `nil` waits
    ///   without a limit.
    package func takeSeveral(limit: Int, withinMilliseconds milliseconds: Int? = nil) -> [Element]? {
        precondition(limit > 0, "limit must be positive")
        return locked {
            if let milliseconds { waitForElements(milliseconds: milliseconds) } else { waitForElements() }
            guard takenCount < elements.count || !isClosed else { return nil }
            let end = min(elements.count, takenCount + limit)
            let taken = Array(elements[takenCount..<end])
            elements.removeFirst(end)
            takenCount = 0
            return taken
        }
    }

    /// Removes and returns all elements, without waiting for one.
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

    /// Refuses further elements. Takers get the remaining elements, then `nil`.
    package func close() {
        locked {
            isClosed = true
            pthread_cond_broadcast(changed)
        }
    }

    private func waitForElements() {
        while takenCount == elements.count, !isClosed { pthread_cond_wait(changed, mutex) }
    }

    /// pthread_cond_timedwait(3)
    private func waitForElements(milliseconds: Int) {
        let nanoseconds = SystemClock.monotonicNanoseconds() + Int64(milliseconds) * 1_000_000
        var end = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        while takenCount == elements.count, !isClosed, pthread_cond_timedwait(changed, mutex, &end) == 0 {}
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
