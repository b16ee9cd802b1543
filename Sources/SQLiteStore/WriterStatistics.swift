import Metrics
import Synchronization

/// What the writer's thread has counted, and why it refused last, for other threads to read.
final class WriterStatistics: Sendable {
    let operations = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096])
    let commits = Histogram.durations()
    let checkpoints = Histogram.durations()
    private let refusal = Mutex<WriterSnapshot.Refusal?>(nil)

    func noteCommit(operations count: Int, nanoseconds: Int64) {
        operations.observe(count)
        commits.observe(Int(nanoseconds))
    }

    func noteCheckpoint(nanoseconds: Int64) {
        checkpoints.observe(Int(nanoseconds))
    }

    func noteRefusal(_ reason: WriterSnapshot.Reason, at milliseconds: Int64) {
        refusal.withLock { refusal in
            if refusal?.reason.isLasting != true { refusal = WriterSnapshot.Refusal(reason: reason, at: milliseconds) }
        }
    }

    /// Something was written.
    func noteSuccess() {
        refusal.withLock { if $0?.reason.isLasting != true { $0 = nil } }
    }

    var lastRefusal: WriterSnapshot.Refusal? { refusal.withLock { $0 } }
}

/// What an owner may want to know of the writer, as it was at some moment.
package struct WriterSnapshot: Sendable {
    package enum Reason: Sendable {
        case diskFull, locked
        /// Nothing is written any more, and the process is to end.
        case broken
        /// One of the database's files was removed or replaced, and nothing is written until the next start.
        case displaced

        /// Whether no later write can succeed.
        var isLasting: Bool { self == .broken || self == .displaced }
    }

    package struct Refusal: Sendable {
        package let reason: Reason
        /// In milliseconds of the monotonic clock.
        package let at: Int64
    }

    /// Operations that wait now, and how many may.
    package let waiting: Int
    package let waitingMax: Int
    /// How many operations each transaction had, and how long it took until it was on the disk.
    package let operations: HistogramSnapshot
    package let commits: HistogramSnapshot
    package let checkpoints: HistogramSnapshot
    /// The last time that a write was refused, where nothing was written since.
    package let refusal: Refusal?

    init(_ statistics: WriterStatistics, waiting: Int, waitingMax: Int) {
        self.waiting = waiting
        self.waitingMax = waitingMax
        operations = statistics.operations.snapshot
        commits = statistics.commits.snapshot
        checkpoints = statistics.checkpoints.snapshot
        refusal = statistics.lastRefusal
    }

    /// Whether one of the database's files was removed or replaced.
    package var isDisplaced: Bool { refusal?.reason == .displaced }

    /// Why writes are refused at this moment, in words; nil where they are not. Where nobody has tried for a while nobody
    /// knows, and whoever holds back customers would never find out.
    package func obstacle(now milliseconds: Int64) -> String? {
        if let refusal, refusal.reason.isLasting || milliseconds - refusal.at < Self.refusalCountsMilliseconds {
            switch refusal.reason {
            case .diskFull: return "there is no room on the database's disk"
            case .locked: return "another program holds the database's lock"
            case .broken: return "the database can't be trusted any more"
            case .displaced: return "the database's file was removed or replaced"
            }
        }
        return waiting >= waitingMax ? "\(waiting) writes wait, as many as may" : nil
    }

    private static let refusalCountsMilliseconds: Int64 = 30_000
}
