import Synchronization

/// The latest changes of all users, in the order of their commits: the writer appends, and each event loop reads on from
/// where it was. Kept in memory, and no more of them than a limit: who comes back too late is told to read afresh.
///
/// Ids begin at a moment in microseconds and grow by one. So those of an earlier process, which can't have had a change
/// each microsecond, lie before all of this one's, and are known as foreign.
package final class ChangeLog: Sendable {
    package struct Entry: Equatable, Sendable {
        package let id: ChangeID
        package let change: AccountChange
    }

    /// Names one who is told of new entries.
    package struct Subscription: Hashable, Sendable {
        fileprivate let number: Int
    }

    private struct Kept {
        let change: AccountChange
        /// The same user's change before this one; 0 where there is none that was kept. So a user's changes are found
        /// without looking at everybody's.
        let previous: Int64
    }

    private struct State {
        /// Grows up to the limit; from then on the newest takes the place of the oldest.
        var ring: [Kept] = []
        var latest: Int64
        var lastOfUser: [UserID: Int64] = [:]
        var subscribers: [Subscription: @Sendable () -> Void] = [:]
        var subscriptionCount = 0
    }

    private let capacity: Int
    private let epoch: Int64
    private let state: Mutex<State>

    /// - Parameters:
    ///   - capacity: Changes that are kept, of all users together.
    ///   - start: When this process began.
    package init(capacity: Int, start: Timestamp) {
        precondition(capacity > 0, "the latest change is kept")
        self.capacity = capacity
        epoch = start.milliseconds.multipliedReportingOverflow(by: 1000).partialValue
        state = Mutex(State(latest: epoch))
    }

    /// The last change so far, or the position before the first.
    package var latest: ChangeID { ChangeID(rawValue: state.withLock { $0.latest }) }

    /// Appends what one commit has changed, in order, and wakes those who wait; once everybody can read it.
    package func publish(_ changes: [AccountChange]) {
        guard !changes.isEmpty else { return }
        let subscribers = state.withLock { state in
            for change in changes { append(change, to: &state) }
            return Array(state.subscribers.values)
        }
        for wake in subscribers { wake() }
    }

    /// Has `wake` called after each publication, from its thread, until ``unsubscribe(_:)``; says what the last change was
    /// before the first of which it is told.
    package func subscribe(_ wake: @escaping @Sendable () -> Void) -> (Subscription, ChangeID) {
        state.withLock { state in
            state.subscriptionCount += 1
            let subscription = Subscription(number: state.subscriptionCount)
            state.subscribers[subscription] = wake
            return (subscription, ChangeID(rawValue: state.latest))
        }
    }

    package func unsubscribe(_ subscription: Subscription) {
        state.withLock { state in
            let removed = state.subscribers.removeValue(forKey: subscription)
            precondition(removed != nil, "a subscription ends once")
        }
    }

    /// Every change behind `id`, oldest first; nil where not all of them are kept, or the id is none of this log's.
    package func entries(after id: ChangeID) -> [Entry]? {
        state.withLock { state in
            guard holds(id, state) else { return nil }
            var entries: [Entry] = []
            entries.reserveCapacity(Int(state.latest - id.rawValue))
            for id in id.rawValue..<state.latest {
                entries.append(Entry(id: ChangeID(rawValue: id + 1), change: state.ring[place(of: id + 1)].change))
            }
            return entries
        }
    }

    /// A user's changes behind `id`, oldest first and at most `limit`, the position up to which these are all, and whether
    /// that is the latest; nil as in ``entries(after:)``.
    package func entries(
        of user: UserID, after id: ChangeID, limit: Int
    ) -> (entries: [Entry], upTo: ChangeID, isWhole: Bool)? {
        precondition(limit > 0, "who asks takes something")
        return state.withLock { state in
            guard holds(id, state) else { return nil }
            var newestFirst: [Entry] = []
            var found = state.lastOfUser[user] ?? 0
            while found > id.rawValue {
                let kept = state.ring[place(of: found)]
                newestFirst.append(Entry(id: ChangeID(rawValue: found), change: kept.change))
                found = kept.previous
            }
            let entries = Array(newestFirst.reversed().prefix(limit))
            guard let last = entries.last, entries.count < newestFirst.count else {
                return (entries, ChangeID(rawValue: state.latest), true)
            }
            return (entries, last.id, false)
        }
    }

    /// Whether everything behind `id` is kept.
    private func holds(_ id: ChangeID, _ state: borrowing State) -> Bool {
        id.rawValue >= max(epoch, state.latest - Int64(capacity)) && id.rawValue <= state.latest
    }

    private func place(of id: Int64) -> Int { Int((id - epoch - 1) % Int64(capacity)) }

    private func append(_ change: AccountChange, to state: inout State) {
        state.latest += 1
        let place = place(of: state.latest)
        let kept = Kept(change: change, previous: state.lastOfUser[change.user] ?? 0)
        state.lastOfUser[change.user] = state.latest
        guard place < state.ring.count else {
            precondition(place == state.ring.count, "no place of the ring is passed over")
            return state.ring.append(kept)
        }
        let dropped = exchange(&state.ring[place], with: kept).change.user
        // The last of its user's: a table of all users who ever had a change would grow for ever.
        if state.lastOfUser[dropped] == state.latest - Int64(capacity) { state.lastOfUser[dropped] = nil }
    }
}

private func exchange<Value>(_ value: inout Value, with replacement: Value) -> Value {
    let old = value
    value = replacement
    return old
}
