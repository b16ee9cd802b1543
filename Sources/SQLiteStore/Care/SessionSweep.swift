import Loyalty
import Posix
import SQLite
import SharedStore

/// The times at which expired sessions are removed: at the start and then every few minutes, batch after batch while
/// there are more. The batches are so small, and the pauses after them so long, that the writes between them hardly
/// notice.
struct SessionSweep {
    enum Outcome: Equatable {
        case removed(Int)
        /// The writer refused the batch.
        case refused
    }

    /// The most sessions in one transaction: about a millisecond of the writer's time.
    static let batchMax = 128
    static let pauseMilliseconds = 100
    static let intervalMilliseconds = 5 * 60_000
    static let retryMilliseconds = 30_000

    /// Returns the pause after a batch.
    static func delayMilliseconds(after outcome: Outcome) -> Int {
        switch outcome {
        case .removed(let count): count < batchMax ? intervalMilliseconds : pauseMilliseconds
        case .refused: retryMilliseconds
        }
    }
}

/// Removes expired sessions in the background, on its own thread.
final class SessionSweeper: Sendable {
    private let thread: Thread
    /// A stop signal: it stays empty, and closing it ends the thread's wait.
    private let end: BlockingQueue<Never>

    init(writer: Writer, clock: @escaping WallClock) {
        let end = BlockingQueue<Never>(capacity: 1)
        self.end = end
        thread = Thread(name: "sweeper") {
            var delay = 0
            while end.takeSeveral(limit: 1, withinMilliseconds: delay) != nil {
                delay = SessionSweep.delayMilliseconds(after: writer.sweepSessions(at: clock()))
            }
        }
    }

    /// Stops the thread, and returns when a batch in progress is done. The store must still be running.
    func stop() {
        end.close()
        thread.join()
    }
}

extension Writer {
    /// Removes a batch of expired sessions, the oldest first. It blocks.
    func sweepSessions(at now: Timestamp) -> SessionSweep.Outcome {
        do throws(LoyaltyError) {
            return .removed(
                try performAndWait { transaction throws(SQLiteError) in
                    try transaction.sweepSessions(at: now, limit: SessionSweep.batchMax)
                })
        } catch {
            return .refused
        }
    }
}
