import Loyalty
import Synchronization

/// The orders without a final status: waiting for their time, or in flight. Any thread may use it.
///
/// Orders that were never asked about come first, in the order of their upload, so that a new one is never behind those
/// that have waited long.
package final class JobPool: Sendable {
    private struct State {
        var fresh: [Job] = []
        /// How many of `fresh` were taken; they leave the array when it is worth moving the rest.
        var freshTaken = 0
        var waiting = DueQueue()
        /// Every order in the pool, in flight or not, so that none is in it twice.
        var members: Set<OrderID> = []
    }

    private let state = Mutex(State())
    private let capacityMax: Int

    /// `capacityMax` bounds the memory, about 80 bytes an order: over it uploads are refused, and orders of the database wait
    /// there.
    package init(capacityMax: Int) {
        precondition(capacityMax > 0, "a pool holds something")
        self.capacityMax = capacityMax
    }

    /// Orders that wait for their time or their turn, and all in the pool.
    package var counts: (waiting: Int, all: Int) {
        state.withLock { ($0.fresh.count - $0.freshTaken + $0.waiting.count, $0.members.count) }
    }

    /// Adds orders that had been uploaded before the start, behind new ones.
    package func restore(_ orders: [UnfinishedOrder], dueAt now: Int64) {
        state.withLock { state in
            for order in orders where state.members.insert(order.id).inserted {
                state.waiting.insert(Job(order), dueAt: now)
            }
        }
    }

    /// Takes out at most `limit` jobs whose time has come. They are in flight until they are put back or finished.
    package func take(limit: Int, now: Int64) -> [Job] {
        precondition(limit >= 0, "a limit is not negative")
        return state.withLock { state in
            let end = min(state.fresh.count, state.freshTaken + limit)
            var jobs = Array(state.fresh[state.freshTaken..<end])
            state.freshTaken = end
            if state.freshTaken * 2 >= state.fresh.count {
                state.fresh.removeFirst(state.freshTaken)
                state.freshTaken = 0
            }
            while jobs.count < limit, let job = state.waiting.removeFirst(dueBy: now) { jobs.append(job) }
            return jobs
        }
    }

    /// Returns a job that was in flight, to be taken again at its time.
    package func putBack(_ job: Job, dueAt: Int64) {
        state.withLock { state in
            precondition(state.members.contains(job.order.id), "only what was taken is put back")
            state.waiting.insert(job, dueAt: dueAt)
        }
    }

    /// Forgets orders that have their final status.
    package func finish(_ orders: some Sequence<OrderID>) {
        state.withLock { state in
            for order in orders {
                let wasMember = state.members.remove(order) != nil
                precondition(wasMember, "an order is finished once")
            }
        }
    }
}

extension JobPool: OrderQueue {
    package var hasRoom: Bool {
        state.withLock { $0.members.count < capacityMax }
    }

    /// Never refuses: the order is stored, and those that passed `hasRoom` at the same moment are few.
    package func put(_ order: UnfinishedOrder) {
        state.withLock { state in
            if state.members.insert(order.id).inserted { state.fresh.append(Job(order)) }
        }
    }
}
