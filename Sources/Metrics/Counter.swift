import Synchronization

/// A number that one thread counts and any may read, at the price of a plain variable: no lock, and no instruction that
/// waits for other cores.
package struct Counter: ~Copyable, Sendable {
    private let value = Atomic<Int>(0)

    package init() {}

    package var current: Int { value.load(ordering: .relaxed) }

    /// By the thread that owns it alone: two that add at once would lose one of the two.
    package func add(_ count: Int = 1) {
        value.store(value.load(ordering: .relaxed) &+ count, ordering: .relaxed)
    }

    /// By the thread that owns it alone.
    package func set(_ count: Int) {
        value.store(count, ordering: .relaxed)
    }
}
