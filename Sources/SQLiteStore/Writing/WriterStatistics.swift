import Metrics
import Storage
import Synchronization

/// The counts of the writer's thread and the reason of its last refusal, for other threads to read.
final class WriterStatistics: Sendable {
    let commits = CommitStatistics()
    let checkpoints = Histogram.durations()
    private let refusal = Mutex<WriterSnapshot.Refusal?>(nil)

    func noteCheckpoint(nanoseconds: Int64) {
        checkpoints.observe(Int(nanoseconds))
    }

    func noteRefusal(_ reason: WriterSnapshot.Reason, at milliseconds: Int64) {
        refusal.withLock { refusal in
            if refusal?.reason.isLasting != true { refusal = WriterSnapshot.Refusal(reason: reason, at: milliseconds) }
        }
    }

    /// Takes note that something was written.
    func noteSuccess() {
        refusal.withLock { if $0?.reason.isLasting != true { $0 = nil } }
    }

    var lastRefusal: WriterSnapshot.Refusal? { refusal.withLock { $0 } }
}

/// The writer's state at one moment, for an owner.
package struct WriterSnapshot: Sendable {
    package enum Reason: Sendable {
        case diskFull, locked
        /// Nothing is written any more, and the process is to end.
        case broken
        /// A file of the database was removed or replaced, and nothing is written until the next start.
        case displaced
        /// Another program wrote into the database or its log, and nothing is written until a backup is restored.
        case overwritten

        /// True if no later write can succeed.
        var isLasting: Bool { self != .diskFull && self != .locked }
    }

    package struct Refusal: Sendable {
        package let reason: Reason
        /// In milliseconds of the monotonic clock.
        package let at: Int64
    }

    /// The operations that wait now, and the most that may.
    package let waiting: Int
    package let waitingMax: Int
    package let checkpoints: HistogramSnapshot
    /// The last refusal of a write; `nil` if something was written since.
    package let refusal: Refusal?

    init(_ statistics: WriterStatistics, waiting: Int, waitingMax: Int) {
        self.waiting = waiting
        self.waitingMax = waitingMax
        checkpoints = statistics.checkpoints.snapshot
        refusal = statistics.lastRefusal
    }

    /// True if a file of the database was removed, replaced or changed by another program.
    package var hasFileFault: Bool { refusal?.reason == .displaced || isOverwritten }

    /// True if what was acknowledged may be destroyed.
    package var isOverwritten: Bool { refusal?.reason == .overwritten }

    /// The reason why writes are refused now; `nil` if they are not. A refusal whose reason may have passed counts only
    /// for a while: if a load balancer kept customers away because of it, no write would ever show that writes succeed
    /// again.
    package func obstacle(now milliseconds: Int64) -> String? {
        if let refusal, refusal.reason.isLasting || milliseconds - refusal.at < Self.refusalCountsMilliseconds {
            switch refusal.reason {
            case .diskFull: return "there is no room on the database's disk"
            case .locked: return "another program holds the database's lock"
            case .broken: return "the database can't be trusted any more"
            case .displaced: return "a file of the database was removed, replaced or changed"
            case .overwritten: return "another program wrote into the database's files"
            }
        }
        return waiting >= waitingMax ? "\(waiting) writes wait, which is the limit" : nil
    }

    private static let refusalCountsMilliseconds: Int64 = 30_000
}
