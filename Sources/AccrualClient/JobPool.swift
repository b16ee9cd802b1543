import Loyalty
import Storage
import Synchronization

/// The orders without a final status about which the accrual system is asked: a window on those in the database. Any
/// thread may use it.
///
/// Orders that don't fit wait in the database and are loaded later. ``AskOrder`` decides which kinds of orders come
/// first; among orders of the same kind, users take turns (``JobTurns``). If the memory is full, the user with the most
/// jobs gives some up for a user with few, so no user, however many orders they have, holds up another.
package final class JobPool: Sendable {
    private let state: Mutex<PoolState>

    /// - Parameter capacityMax: The number of orders of the usual length that may be in memory. An order with a long
    ///   number counts as several, and so does a user.
    package init(capacityMax: Int) {
        precondition(capacityMax > 0, "capacityMax must be positive")
        state = Mutex(PoolState(capacityMax: capacityMax))
    }

    /// The state of the pool in numbers.
    package struct Counts: Equatable, Sendable {
        /// Orders in memory that wait for their time or their turn, including suspects.
        package var waiting = 0
        package var suspects = 0
        /// Orders in memory, in flight or not.
        package var all = 0
        /// Users with an order in memory, or with one that has to be loaded.
        package var users = 0
        /// Jobs that left the memory for those of other users, since the start.
        package var displaced = 0
        /// True if the database may have unfinished orders that are not in memory.
        package var hasUnread = false

        package init() {}
    }

    package var counts: Counts {
        state.withLock { state in
            var counts = Counts()
            (counts.waiting, counts.suspects, counts.all) = (
                state.queues.count, state.queues.suspects.count, state.count
            )
            (counts.users, counts.displaced, counts.hasUnread) = (
                state.users.count, state.displacedCount, state.hasUnread
            )
            return counts
        }
    }

    /// Removes and returns at most `limit` jobs that are due, including at most `suspectsMax` suspects, and at most
    /// `newcomersMax` more that are new and whose users have no other request in flight. The jobs are in flight until
    /// they are put back or finished.
    package func take(limit: Int, suspectsMax: Int = .max, newcomersMax: Int = 0, now: Int64) -> [Job] {
        precondition(limit >= 0 && suspectsMax >= 0 && newcomersMax >= 0, "limits must not be negative")
        return state.withLock {
            $0.take(limit: limit, suspectsMax: suspectsMax, newcomersMax: newcomersMax, now: now)
        }
    }

    /// Puts back a job that was in flight, to be taken again at `dueAt`.
    package func putBack(_ job: Job, dueAt: Int64) {
        state.withLock { $0.putBack(job, dueAt: dueAt) }
    }

    /// Puts back jobs about which no request was sent, at their former places.
    package func putBackUnasked(_ jobs: [Job]) {
        guard !jobs.isEmpty else { return }
        state.withLock { state in
            for job in jobs { state.putBackUnasked(job) }
        }
    }

    /// Clears the suspicion from every suspect and makes it due now: the outage was the accrual system's, not the
    /// order's. An order is cleared only once; if it fails again, the order itself is to blame.
    package func forgiveSuspects() {
        state.withLock { $0.forgiveSuspects() }
    }

    /// Removes orders that were in flight and have their final status.
    package func finish(_ orders: [UnfinishedOrder]) {
        state.withLock { state in
            for order in orders { state.finish(order) }
        }
    }

    /// Removes orders that got their final status without an answer of the accrual system.
    package func abandon(_ orders: [UnfinishedOrder]) {
        guard !orders.isEmpty else { return }
        state.withLock { $0.abandon(orders) }
    }

    /// Removes orders that may have got their final status in another process. Those that did not are found in the
    /// database again.
    package func readAgain(_ orders: [UnfinishedOrder]) {
        guard !orders.isEmpty else { return }
        state.withLock { $0.readAgain(orders) }
    }

    /// True unless the pool was closed and not opened again.
    package var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Forgets all orders, and takes none until ``open()``, because this server does not lead. Jobs that are in flight
    /// are dropped when they come back.
    package func close() {
        state.withLock { $0.close() }
    }

    /// Takes orders again, and begins to find the unfinished orders of the database. No job may be in flight.
    package func open() {
        state.withLock { $0.open() }
    }

    /// Calls `body` with the state while no other thread can use it; see `JobPool+Refill.swift`.
    func withState<Value: Sendable>(_ body: (inout sending PoolState) -> sending Value) -> Value {
        state.withLock(body)
    }
}

extension JobPool: OrderQueue {
    /// Takes an order. If there is no room, or the pool is closed, the order is found in the database later, so this
    /// never fails.
    package func put(_ order: UnfinishedOrder) {
        state.withLock { $0.put(order) }
    }
}
