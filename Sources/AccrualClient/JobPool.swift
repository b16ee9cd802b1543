import Loyalty
import Storage
import Synchronization

/// The orders without a final status that are asked about: a window on those of the database. Any thread may use it.
///
/// What does not fit waits in the database and is loaded later. New orders come first, so that they are never behind those that
/// have waited long. Within each kind users have turns (``JobTurns``), and if the memory is full, the user with the most jobs gives
/// some up for one who has few: so no user, however many orders they have, holds up another's. Suspects, whose last question
/// brought no answer to go by, get only so many turns at once: each may hold its worker for a whole time-out.
package final class JobPool: Sendable {
    private let state: Mutex<PoolState>

    /// - Parameter capacityMax: how many orders of the usual length may be in memory. An order with a long number counts as
    ///   several, and so does a user.
    package init(capacityMax: Int) {
        precondition(capacityMax > 0, "a pool holds something")
        state = Mutex(PoolState(capacityMax: capacityMax))
    }

    /// What there is to see of a pool.
    package struct Counts: Equatable, Sendable {
        /// Orders in memory that wait for their time or their turn, the suspects among them.
        package var waiting = 0
        package var suspects = 0
        /// Orders in memory, in flight or not.
        package var all = 0
        /// Users with an order in memory, or with one that has to be loaded.
        package var users = 0
        /// Jobs that left the memory for those of others, since the start.
        package var displaced = 0
        /// Whether the database may have unfinished orders that are not in memory.
        package var hasUnread = false

        package init() {}
    }

    package var counts: Counts {
        state.withLock { state in
            var counts = Counts()
            (counts.waiting, counts.suspects, counts.all) = (state.waitingCount, state.suspects.count, state.count)
            (counts.users, counts.displaced, counts.hasUnread) = (
                state.users.count, state.displacedCount, state.hasUnread
            )
            return counts
        }
    }

    /// Takes out at most `limit` jobs whose time has come, at most `suspectsMax` suspects among them, and at most `newcomersMax`
    /// more that are new and of users who are asked about nothing else. They are in flight until they are put back or finished.
    package func take(limit: Int, suspectsMax: Int = .max, newcomersMax: Int = 0, now: Int64) -> [Job] {
        precondition(limit >= 0 && suspectsMax >= 0 && newcomersMax >= 0, "a limit is not negative")
        return state.withLock {
            $0.take(limit: limit, suspectsMax: suspectsMax, newcomersMax: newcomersMax, now: now)
        }
    }

    /// Returns a job that was in flight, to be taken again at its time.
    package func putBack(_ job: Job, dueAt: Int64) {
        state.withLock { $0.putBack(job, dueAt: dueAt) }
    }

    /// Returns jobs that nobody was asked about, to the places that they came from.
    package func putBackUnasked(_ jobs: [Job]) {
        guard !jobs.isEmpty else { return }
        state.withLock { state in
            for job in jobs { state.putBackUnasked(job) }
        }
    }

    /// Makes suspects due now, and like all others: the outage was the accrual system's, not the order's. Each is forgiven once; if
    /// it fails again, the order itself is to blame.
    package func forgiveSuspects() {
        state.withLock { $0.forgiveSuspects() }
    }

    /// Forgets orders that were in flight and have their final status.
    package func finish(_ orders: [UnfinishedOrder]) {
        state.withLock { state in
            for order in orders { state.finish(order) }
        }
    }

    /// Forgets orders that got their final status without an answer of the accrual system.
    package func abandon(_ orders: [UnfinishedOrder]) {
        guard !orders.isEmpty else { return }
        state.withLock { $0.abandon(orders) }
    }

    /// Does something with the state while no other thread can; see `JobPool+Refill.swift`.
    func withState<Value: Sendable>(_ body: (inout sending PoolState) -> sending Value) -> Value {
        state.withLock(body)
    }
}

extension JobPool: OrderQueue {
    /// Never refuses: what has no room is found in the database later.
    package func put(_ order: UnfinishedOrder) {
        state.withLock { $0.put(order) }
    }
}
