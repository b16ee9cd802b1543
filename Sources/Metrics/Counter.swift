import Synchronization

/// A number that one thread changes and any thread may read. It costs no more than a plain variable: it needs no lock,
/// and no instruction that waits for other cores.
package struct Counter: ~Copyable, Sendable {
    private let value = Atomic<Int>(0)

    package init() {}

    package var current: Int { value.load(ordering: .relaxed) }

    /// Adds to the value. Only the owning thread may call this, because one of two additions at the same time would be
    /// lost.
    package func add(_ count: Int = 1) {
        value.store(value.load(ordering: .relaxed) &+ count, ordering: .relaxed)
    }

    /// Replaces the value. Only the owning thread may call this.
    package func set(_ count: Int) {
        value.store(count, ordering: .relaxed)
    }
}
