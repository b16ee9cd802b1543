import Loyalty
import Posix
import SQLite

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
                try performAndWait { transaction throws(SQLiteError) in try transaction.sweepSessions(at: now) })
        } catch {
            return .refused
        }
    }
}

extension WriteTransaction {
    /// Removes a batch of expired sessions of users, one of the staff, and one of kept responses. Returns the size of
    /// the largest.
    func sweepSessions(at now: Timestamp) throws(SQLiteError) -> Int {
        let sessions = try run(
            """
            DELETE FROM sessions WHERE token_hash IN
                (SELECT token_hash FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
            """, now.milliseconds, Int64(SessionSweep.batchMax))
        // The staff has few sessions, so that they need no index.
        let staffSessions = try run(
            """
            DELETE FROM staff_sessions WHERE token_hash IN
                (SELECT token_hash FROM staff_sessions WHERE expires_at <= ? LIMIT ?)
            """, now.milliseconds, Int64(SessionSweep.batchMax))
        return max(sessions, staffSessions, try sweepKeptResponses(at: now, limit: SessionSweep.batchMax))
    }
}
