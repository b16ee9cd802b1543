import Loyalty
import Synchronization

/// The orders without a final status: waiting for their time, or in flight. Any thread may use it.
///
/// Orders that were never asked about come first, in the order of their upload, so that a new one is never behind those
/// that have waited long. Suspects, whose last question brought no answer to go by, get only so many turns at once: each may
/// hold its worker for a whole time-out. Where few may go at once, as under a pace, each kind still has its share of turns.
package final class JobPool: Sendable {
    fileprivate struct State {
        var fresh: [Job] = []
        /// How many of `fresh` were taken; they leave the array when it is worth moving the rest.
        var freshTaken = 0
        /// Due at once: taken and given back unasked, or no suspects any more.
        var ready: [Job] = []
        var readyTaken = 0
        var waiting = DueQueue()
        var suspects = DueQueue()
        /// Every order in the pool, in flight or not, so that none is in it twice.
        var members: Set<OrderID> = []
        /// What the numbers of some of them take beyond ``orderBytes``.
        var extraBytes: [OrderID: Int] = [:]
        var extraBytesSum = 0
        /// Counts how often jobs were taken, so that shares of less than one job come to whole ones.
        var turn = 0

        var waitingCount: Int {
            fresh.count - freshTaken + ready.count - readyTaken + waiting.count + suspects.count
        }
    }

    /// What an order takes, about, whose number has a usual length.
    fileprivate static let orderBytes = 80
    /// Digits that a string keeps without memory of its own.
    fileprivate static let digitsInline = 15

    private let state = Mutex(State())
    private let capacityMax: Int

    /// `capacityMax` is how many orders of the usual length may be in it, which bounds the memory: over it uploads are
    /// refused, and orders of the database wait there. One with a long number counts as several.
    package init(capacityMax: Int) {
        precondition(capacityMax > 0, "a pool holds something")
        self.capacityMax = capacityMax
    }

    /// Orders that wait for their time or their turn, the suspects among them, and all in the pool.
    package var counts: (waiting: Int, suspects: Int, all: Int) {
        state.withLock { ($0.waitingCount, $0.suspects.count, $0.members.count) }
    }

    /// Adds orders that had been uploaded before the start, behind new ones.
    package func restore(_ orders: [UnfinishedOrder], dueAt now: Int64) {
        state.withLock { state in
            for order in orders where state.admit(order) { state.waiting.insert(Job(order), dueAt: now) }
        }
    }

    /// Takes out at most `limit` jobs whose time has come, at most `suspectsMax` suspects among them. They are in flight until
    /// they are put back or finished.
    package func take(limit: Int, suspectsMax: Int = .max, now: Int64) -> [Job] {
        precondition(limit >= 0 && suspectsMax >= 0, "a limit is not negative")
        return state.withLock { $0.take(limit: limit, suspectsMax: suspectsMax, now: now) }
    }

    /// Returns a job that was in flight, to be taken again at its time.
    package func putBack(_ job: Job, dueAt: Int64) {
        state.withLock { state in
            precondition(state.members.contains(job.order.id), "only what was taken is put back")
            if job.isSuspect {
                state.suspects.insert(job, dueAt: dueAt)
            } else {
                state.waiting.insert(job, dueAt: dueAt)
            }
        }
    }

    /// Returns jobs that nobody has been asked about, to be taken again before those that wait for their time.
    package func putBackUnasked(_ jobs: [Job]) {
        guard !jobs.isEmpty else { return }
        state.withLock { state in
            for job in jobs where job.isSuspect { state.suspects.insert(job, dueAt: .min) }
            let jobs = jobs.filter { !$0.isSuspect }
            // Most were taken from here, so that there is room in front.
            let start = max(0, state.readyTaken - jobs.count)
            state.ready.replaceSubrange(start..<state.readyTaken, with: jobs)
            state.readyTaken = start
        }
    }

    /// Makes suspects due now, and like all others: what went wrong with them was not their fault. Once: what goes on going
    /// wrong then is.
    package func forgiveSuspects() {
        state.withLock { state in
            let jobs = state.suspects.removeAll { !$0.isOdd }
            state.ready += jobs.map { job in
                var job = job
                (job.isSuspect, job.isOdd, job.attempts) = (false, true, 0)
                return job
            }
        }
    }

    /// Forgets orders that have their final status.
    package func finish(_ orders: some Sequence<OrderID>) {
        state.withLock { state in
            for order in orders {
                let wasMember = state.members.remove(order) != nil
                precondition(wasMember, "an order is finished once")
                state.extraBytesSum -= state.extraBytes.removeValue(forKey: order) ?? 0
            }
        }
    }
}

extension JobPool: OrderQueue {
    package var hasRoom: Bool {
        state.withLock { $0.members.count + $0.extraBytesSum / Self.orderBytes < capacityMax }
    }

    /// Never refuses: the order is stored, and those that passed `hasRoom` at the same moment are few.
    package func put(_ order: UnfinishedOrder) {
        state.withLock { state in
            if state.admit(order) { state.fresh.append(Job(order)) }
        }
    }
}

extension JobPool.State {
    /// Counts an order in; false where it is there already.
    fileprivate mutating func admit(_ order: UnfinishedOrder) -> Bool {
        guard members.insert(order.id).inserted else { return false }
        let extra = order.number.digits.utf8.count - JobPool.digitsInline
        if extra > 0 {
            extraBytes[order.id] = extra + JobPool.orderBytes
            extraBytesSum += extra + JobPool.orderBytes
        }
        return true
    }

    /// A quarter is for those that were asked about before, and half of what the fresh ones leave for suspects, wherever there
    /// are any: else a pace that uploads or suspects use up would leave the others unasked for ever.
    fileprivate mutating func take(limit: Int, suspectsMax: Int, now: Int64) -> [Job] {
        turn = (turn + 1) % 8
        var jobs = Self.takeFirst(limit - (limit + turn % 4) / 4, of: &fresh, taken: &freshTaken)
        let suspects = takeSuspects(min(suspectsMax, (limit - jobs.count + turn / 4) / 2), now: now)
        jobs += suspects
        jobs += Self.takeFirst(limit - jobs.count, of: &ready, taken: &readyTaken)
        while jobs.count < limit, let job = waiting.removeFirst(dueBy: now) { jobs.append(job) }
        jobs += Self.takeFirst(limit - jobs.count, of: &fresh, taken: &freshTaken)
        return jobs + takeSuspects(min(suspectsMax - suspects.count, limit - jobs.count), now: now)
    }

    private mutating func takeSuspects(_ limit: Int, now: Int64) -> [Job] {
        var jobs: [Job] = []
        while jobs.count < limit, let job = suspects.removeFirst(dueBy: now) { jobs.append(job) }
        return jobs
    }

    /// Takes from a queue's front; what was taken leaves the array when it is worth moving the rest.
    private static func takeFirst(_ limit: Int, of queue: inout [Job], taken: inout Int) -> [Job] {
        let end = min(queue.count, taken + limit)
        let jobs = Array(queue[taken..<end])
        taken = end
        if taken * 2 >= queue.count {
            queue.removeFirst(taken)
            taken = 0
        }
        return jobs
    }
}
