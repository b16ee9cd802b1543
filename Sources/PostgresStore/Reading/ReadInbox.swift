import Loyalty
import Posix
import Synchronization

/// The reads that wait for the thread of a ``ReadLane``.
final class ReadInbox: Sendable {
    /// The number of turns whose reads may wait. The number of reads has a limit of its own.
    private static let turnsMax = ReadLane.waitingMax
    private static let retrySeconds = 1

    private let queue = BlockingQueue<[WaitingRead]>(capacity: turnsMax)
    /// False while the database can't be reached. The queue gets reads only under this lock, so that none arrives after
    /// those that wait were refused.
    private let isTaking = Mutex(true)
    private let count = Atomic<Int>(0)

    /// The refusal of reads that were not tried, or whose connection ended.
    static let refusal = LoyaltyError.unavailable(retryAfterSeconds: retrySeconds)

    var waitingCount: Int { count.load(ordering: .relaxed) }

    func put(_ reads: [WaitingRead]) {
        let total = reads.reduce(0) { $0 + $1.read.count }
        count.add(total, ordering: .relaxed)
        let isTaken = isTaking.withLock { isTaking in isTaking && queue.put(reads) }
        guard !isTaken else { return }
        refuse(reads)
    }

    /// Waits for reads and returns those that wait; `nil` if the lane was closed and none waits.
    ///
    /// - Parameter milliseconds: the longest wait; the result is empty if no read arrives in that time.
    func take(withinMilliseconds milliseconds: Int? = nil) -> [WaitingRead]? {
        queue.takeSeveral(limit: Self.turnsMax, withinMilliseconds: milliseconds).map { $0.flatMap { $0 } }
    }

    /// Notes that reads were answered.
    func noteAnswered(_ count: Int) {
        self.count.subtract(count, ordering: .relaxed)
    }

    func refuse(_ reads: [WaitingRead], _ error: LoyaltyError = ReadInbox.refusal) {
        for waiting in reads {
            noteAnswered(waiting.read.count)
            waiting.read.refuse(error)
        }
    }

    /// Refuses the reads that wait and all further ones, until ``takeAgain()``.
    func refuseAll() {
        isTaking.withLock { $0 = false }
        for reads in queue.drain() { refuse(reads) }
    }

    func takeAgain() {
        isTaking.withLock { $0 = true }
    }

    func close() {
        queue.close()
    }
}
