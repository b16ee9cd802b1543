import Eventual
import Loyalty
import Synchronization

/// The latest changes of all users, in the order of their commits, as a feed. The writer of its store publishes them.
///
/// A client that listens wants every change of its user after the last one that it has seen, whether it lost its
/// connection for a moment or only reads slowly. The naive way, a queue of unsent changes for each client, costs memory
/// for each client that does not read, and loses everything when the connection ends. So there is one log for all
/// users, and a client is no more than a position in it:
///
/// 1. The writer appends the changes of a commit, and wakes every event loop that subscribes.
/// 2. Each loop reads on from its own position, and hands each change to the streams of its user.
/// 3. A stream that reads slowly, or that reconnects with the id of the last change it has seen, reads its user's later
///    changes from the log. The log keeps the ids of each user's changes, so that costs no more than what it returns.
///
/// The log is in memory and bounded. A client whose position is too old is told to read everything afresh.
///
/// Early ends of sessions are kept in the same log, because the same listeners need them. They have their own bound, so
/// they take no room from changes that a client may resume from.
///
/// Ids grow by one. If this process alone commits to the store, they start at its start time in microseconds. A process
/// can't commit a change each microsecond, so the ids of an earlier process are lower than all of this one's, and are
/// recognized as foreign. If several processes commit, the store gives each of them, and each restart of a log, ids of
/// its own.
package final class ChangeLog: ChangeFeed {
    private struct State {
        /// The id before the first.
        var epoch: Int64
        var changes: LatestElements<Change>
        var idsOfUser: [UserID: ChangeIDs] = [:]
        var sessionEnds = LatestElements<UserID>(capacity: ChangeLog.sessionEndsKeptMax)
        var subscribers: [ChangeSubscription: @Sendable () -> Void] = [:]
        var subscriptionCount = 0
    }

    /// The number of session ends that are kept: more than a few transactions cause. It is for subscribers that read at
    /// once, not for clients that reconnect.
    package static let sessionEndsKeptMax = 4096

    private let capacity: Int
    private let state: Mutex<State>

    /// - Parameters:
    ///   - capacity: The number of changes that are kept, of all users together.
    ///   - start: The time at which this process began.
    package convenience init(capacity: Int, start: Timestamp) {
        self.init(capacity: capacity, after: Self.id(at: start))
    }

    /// - Parameters:
    ///   - capacity: As above.
    ///   - id: The id before the first. No other log of the store has ids between this one and those that follow it.
    package init(capacity: Int, after id: ChangeID) {
        self.capacity = capacity
        state = Mutex(State(epoch: id.rawValue, changes: LatestElements(capacity: capacity)))
    }

    private static func id(at start: Timestamp) -> ChangeID {
        ChangeID(rawValue: start.milliseconds.multipliedReportingOverflow(by: 1000).partialValue)
    }

    /// Forgets everything, since changes may be missing, and wakes all subscribers: each position from before is then
    /// foreign.
    ///
    /// - Parameter id: the id before the first one from now on; above all ids so far.
    package func restart(after id: ChangeID) {
        let subscribers = state.withLock { state in
            precondition(id > latest(state), "ids must grow")
            state.epoch = id.rawValue
            state.changes = LatestElements(capacity: capacity)
            state.idsOfUser = [:]
            state.sessionEnds.forgetAll()
            return Array(state.subscribers.values)
        }
        for wake in subscribers { wake() }
    }

    /// The id of the last change, or the id before the first if there is none yet.
    package var latest: ChangeID { state.withLock { latest($0) } }

    /// The position after everything in the log.
    package var end: ChangePosition { state.withLock { end($0) } }

    /// Appends what one commit has changed, and wakes all subscribers. Called after the commit, when every reader can
    /// see it.
    ///
    /// - Parameters:
    ///   - changes: The changes in order.
    ///   - sessionEnds: The users of whom the commit ended a session before its time.
    package func publish(_ changes: [Change], sessionEnds: [UserID] = []) {
        guard !changes.isEmpty || !sessionEnds.isEmpty else { return }
        let subscribers = state.withLock { state in
            for change in changes { append(change, to: &state) }
            for user in sessionEnds { _ = state.sessionEnds.append(user) }
            return Array(state.subscribers.values)
        }
        for wake in subscribers { wake() }
    }

    /// Calls `wake` after each publication, on the publisher's thread, until ``unsubscribe(_:)``.
    package func subscribe(_ wake: @escaping @Sendable () -> Void) -> (ChangeSubscription, ChangePosition) {
        state.withLock { state in
            state.subscriptionCount += 1
            let subscription = ChangeSubscription(number: state.subscriptionCount)
            state.subscribers[subscription] = wake
            return (subscription, end(state))
        }
    }

    package func unsubscribe(_ subscription: ChangeSubscription) {
        state.withLock { state in
            let removed = state.subscribers.removeValue(forKey: subscription)
            precondition(removed != nil, "unsubscribe without subscribe")
        }
    }

    /// Returns at most `limit` changes after `id`, oldest first. Returns `nil` if the log no longer holds everything
    /// after `id`, or if the id is not one of this log's.
    package func changes(after id: ChangeID, limit: Int = .max) -> [LoggedChange]? {
        precondition(limit > 0, "limit must be positive")
        return state.withLock { state in
            guard holds(id, state) else { return nil }
            let count = min(limit, Int(latest(state).rawValue - id.rawValue))
            return (0..<count).map { change(ChangeID(rawValue: id.rawValue + 1 + Int64($0)), state) }
        }
    }

    /// Reads memory, so the result is there at once. The cost grows with the number of changes returned, and with
    /// nothing else, because the writer waits for the lock, and every commit waits for the writer.
    package func changes(of user: UserID, after id: ChangeID, limit: Int) -> Eventual<UserChanges?, LoyaltyError> {
        precondition(limit > 0, "limit must be positive")
        return .now(
            state.withLock { state in
                guard holds(id, state) else { return nil }
                let found = state.idsOfUser[user]?.ids(after: id) ?? []
                let changes = found.prefix(limit).map { change($0, state) }
                guard let last = changes.last, changes.count < found.count else {
                    return UserChanges(changes, upTo: latest(state), isWhole: true)
                }
                return UserChanges(changes, upTo: last.id, isWhole: false)
            })
    }

    /// Returns the users of the session ends after the first `count`, or `nil` if the log no longer holds all of them.
    package func sessionEnds(after count: Int) -> [UserID]? {
        state.withLock { state in
            guard count >= state.sessionEnds.firstKept else { return nil }
            return (count..<state.sessionEnds.count).map { state.sessionEnds[$0] }
        }
    }

    private func latest(_ state: borrowing State) -> ChangeID {
        ChangeID(rawValue: state.epoch + Int64(state.changes.count))
    }

    private func end(_ state: borrowing State) -> ChangePosition {
        ChangePosition(change: latest(state), sessionEnds: state.sessionEnds.count)
    }

    /// Returns true if the log holds everything after `id`.
    private func holds(_ id: ChangeID, _ state: borrowing State) -> Bool {
        id.rawValue >= state.epoch + Int64(state.changes.firstKept) && id <= latest(state)
    }

    private func change(_ id: ChangeID, _ state: borrowing State) -> LoggedChange {
        LoggedChange(id: id, change: state.changes[Int(id.rawValue - state.epoch - 1)])
    }

    private func append(_ change: Change, to state: inout State) {
        let dropped = state.changes.append(change)
        state.idsOfUser[change.user, default: ChangeIDs()].append(latest(state))
        guard let dropped, let index = state.idsOfUser.index(forKey: dropped.user) else { return }
        state.idsOfUser.values[index].forgetFirst()
        // A table of all users who have ever had a change would grow without bound.
        if state.idsOfUser.values[index].isEmpty { state.idsOfUser.remove(at: index) }
    }
}

/// The latest elements of a sequence, at most `capacity` of them. They are numbered from 0 in order of arrival.
private struct LatestElements<Element> {
    private let capacity: Int
    /// The number of the element at the front of an empty ring.
    private var base = 0
    /// Grows up to the capacity. From then on, the newest element overwrites the oldest.
    private var ring: [Element] = []
    /// The number of elements that were ever appended, which is also the number of the next one.
    private(set) var count = 0

    init(capacity: Int) {
        precondition(capacity > 0, "capacity must be positive")
        self.capacity = capacity
    }

    /// The number of the oldest element that is kept.
    var firstKept: Int { count - ring.count }

    subscript(number: Int) -> Element {
        precondition(number >= firstKept && number < count, "the element must still be kept")
        return ring[(number - base) % capacity]
    }

    /// Forgets all elements, and one more that was never there, so that a reader of every earlier number finds that
    /// something is missing.
    mutating func forgetAll() {
        count += 1
        base = count
        ring = []
    }

    /// Appends an element, and returns the element that it overwrites, if any.
    mutating func append(_ element: Element) -> Element? {
        let place = (count - base) % capacity
        count += 1
        guard place < ring.count else {
            precondition(place == ring.count, "the ring must be filled in order")
            ring.append(element)
            return nil
        }
        defer { ring[place] = element }
        return ring[place]
    }
}

/// The ids of one user's changes that the log still holds, oldest first. Resuming after a given id is a binary search
/// here, so its cost does not depend on how much other users have changed.
private struct ChangeIDs {
    private var ids: [ChangeID] = []
    /// The number of ids at the front that the log no longer holds. They are removed when they are half of all, so that
    /// each id is moved rarely.
    private var forgottenCount = 0

    var isEmpty: Bool { forgottenCount == ids.count }

    mutating func append(_ id: ChangeID) {
        precondition(ids.last.map { $0 < id } ?? true, "ids must grow")
        ids.append(id)
    }

    mutating func forgetFirst() {
        precondition(!isEmpty, "there must be an id to forget")
        forgottenCount += 1
        guard forgottenCount * 2 >= ids.count else { return }
        // Copies, because an array that only loses elements keeps its memory; each user would go on taking the memory
        // of their busiest day.
        ids = Array(ids[forgottenCount...])
        forgottenCount = 0
    }

    /// Returns the ids after `id`, which need not be in the log.
    func ids(after id: ChangeID) -> ArraySlice<ChangeID> {
        let kept = ids[forgottenCount...]
        return kept[kept.partitioningIndex { $0 > id }...]
    }
}
