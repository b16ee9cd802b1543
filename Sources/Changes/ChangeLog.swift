import Loyalty
import Synchronization

/// The latest changes of all users, in the order of their commits: the writer appends, and each event loop reads on from
/// where it was. Kept in memory, and no more of them than a limit: who comes back too late is told to read afresh.
///
/// Ends of sessions are told beside them, and take no place of what a client may come back for.
///
/// Ids begin at a moment in microseconds and grow by one. So those of an earlier process, which can't have had a change
/// each microsecond, lie before all of this one's, and are known as foreign.
package final class ChangeLog: Sendable {
    package struct Entry: Equatable, Sendable {
        package let id: ChangeID
        package let change: AccountChange
    }

    /// Where one stands who reads everything.
    package struct Position: Equatable, Sendable {
        package var change: ChangeID
        /// Ends of sessions before it.
        package var sessionEnds: Int

        package init(change: ChangeID, sessionEnds: Int) {
            self.change = change
            self.sessionEnds = sessionEnds
        }
    }

    /// Names one who is told of what is new.
    package struct Subscription: Hashable, Sendable {
        fileprivate let number: Int
    }

    private struct State {
        var changes: LatestElements<AccountChange>
        var idsOfUser: [UserID: ChangeIDs] = [:]
        var sessionEnds = LatestElements<UserID>(capacity: ChangeLog.sessionEndsKeptMax)
        var subscribers: [Subscription: @Sendable () -> Void] = [:]
        var subscriptionCount = 0
    }

    /// For those who look at once, and not for clients that come back: more than a few transactions end.
    package static let sessionEndsKeptMax = 4096

    private let epoch: Int64
    private let state: Mutex<State>

    /// - Parameters:
    ///   - capacity: Changes that are kept, of all users together.
    ///   - start: When this process began.
    package init(capacity: Int, start: Timestamp) {
        epoch = start.milliseconds.multipliedReportingOverflow(by: 1000).partialValue
        state = Mutex(State(changes: LatestElements(capacity: capacity)))
    }

    /// The last change so far, or the position before the first.
    package var latest: ChangeID { state.withLock { latest($0) } }

    /// Behind everything so far.
    package var end: Position { state.withLock { end($0) } }

    /// Appends what one commit has changed, in order, and whose sessions it has ended before their time, and wakes those
    /// who wait; once everybody can read it.
    package func publish(_ changes: [AccountChange], sessionEnds: [UserID] = []) {
        guard !changes.isEmpty || !sessionEnds.isEmpty else { return }
        let subscribers = state.withLock { state in
            for change in changes { append(change, to: &state) }
            for user in sessionEnds { _ = state.sessionEnds.append(user) }
            return Array(state.subscribers.values)
        }
        for wake in subscribers { wake() }
    }

    /// Has `wake` called after each publication, from its thread, until ``unsubscribe(_:)``; says what came before the first
    /// of which it is told.
    package func subscribe(_ wake: @escaping @Sendable () -> Void) -> (Subscription, Position) {
        state.withLock { state in
            state.subscriptionCount += 1
            let subscription = Subscription(number: state.subscriptionCount)
            state.subscribers[subscription] = wake
            return (subscription, end(state))
        }
    }

    package func unsubscribe(_ subscription: Subscription) {
        state.withLock { state in
            let removed = state.subscribers.removeValue(forKey: subscription)
            precondition(removed != nil, "a subscription ends once")
        }
    }

    /// The changes behind `id`, oldest first and at most `limit`; nil where not all that follow it are kept, or the id is
    /// none of this log's.
    package func entries(after id: ChangeID, limit: Int = .max) -> [Entry]? {
        precondition(limit > 0, "who asks takes something")
        return state.withLock { state in
            guard holds(id, state) else { return nil }
            let count = min(limit, Int(latest(state).rawValue - id.rawValue))
            return (0..<count).map { entry(ChangeID(rawValue: id.rawValue + 1 + Int64($0)), state) }
        }
    }

    /// A user's changes behind `id`, oldest first and at most `limit`, the position up to which these are all, and whether
    /// that is the latest; nil as in ``entries(after:limit:)``.
    ///
    /// Costs what it gives and no more, however many there are: the writer waits meanwhile, and all who wait for it.
    package func entries(
        of user: UserID, after id: ChangeID, limit: Int
    ) -> (entries: [Entry], upTo: ChangeID, isWhole: Bool)? {
        precondition(limit > 0, "who asks takes something")
        return state.withLock { state in
            guard holds(id, state) else { return nil }
            let found = state.idsOfUser[user]?.behind(id) ?? []
            let entries = found.prefix(limit).map { entry($0, state) }
            guard let last = entries.last, entries.count < found.count else { return (entries, latest(state), true) }
            return (entries, last.id, false)
        }
    }

    /// Whose sessions were ended since there were `count` such ends; nil where not all of them are kept.
    package func sessionEnds(after count: Int) -> [UserID]? {
        state.withLock { state in
            guard count >= state.sessionEnds.firstKept else { return nil }
            return (count..<state.sessionEnds.count).map { state.sessionEnds[$0] }
        }
    }

    private func latest(_ state: borrowing State) -> ChangeID {
        ChangeID(rawValue: epoch + Int64(state.changes.count))
    }

    private func end(_ state: borrowing State) -> Position {
        Position(change: latest(state), sessionEnds: state.sessionEnds.count)
    }

    /// Whether everything behind `id` is kept.
    private func holds(_ id: ChangeID, _ state: borrowing State) -> Bool {
        id.rawValue >= epoch + Int64(state.changes.firstKept) && id <= latest(state)
    }

    private func entry(_ id: ChangeID, _ state: borrowing State) -> Entry {
        Entry(id: id, change: state.changes[Int(id.rawValue - epoch - 1)])
    }

    private func append(_ change: AccountChange, to state: inout State) {
        let dropped = state.changes.append(change)
        state.idsOfUser[change.user, default: ChangeIDs()].append(latest(state))
        guard let dropped, let index = state.idsOfUser.index(forKey: dropped.user) else { return }
        state.idsOfUser.values[index].forgetFirst()
        // A table of all users who ever had a change would grow for ever.
        if state.idsOfUser.values[index].isEmpty { state.idsOfUser.remove(at: index) }
    }
}
