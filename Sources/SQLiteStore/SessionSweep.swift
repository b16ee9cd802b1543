import Loyalty
import Posix
import SQLite

/// When expired sessions are looked for: at the start and then every few minutes, and batch after batch while there are
/// more. Each batch is so small, and the pause behind it so long, that the writes between them hardly notice.
struct SessionSweep {
    enum Outcome: Equatable {
        case removed(Int)
        /// The writer took nothing.
        case refused
    }

    /// Sessions in one transaction: about a millisecond of the writer's time.
    static let batchMax = 128
    static let pauseMilliseconds = 100
    static let intervalMilliseconds = 5 * 60_000
    static let retryMilliseconds = 30_000

    /// How long to wait after a batch.
    static func delayMilliseconds(after outcome: Outcome) -> Int {
        switch outcome {
        case .removed(let count): count < batchMax ? intervalMilliseconds : pauseMilliseconds
        case .refused: retryMilliseconds
        }
    }
}

/// Removes expired sessions in the background, on a thread of its own.
package final class SessionSweeper: Sendable {
    private let thread: Thread
    /// Nothing is ever put into it; it is closed to stop.
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

    /// Before the store stops. Returns when a batch under way is done.
    package func stop() {
        end.close()
        thread.join()
    }
}

extension Writer {
    /// Removes a batch of the sessions that have ended, the oldest first; on a thread that may block.
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
    func sweepSessions(at now: Timestamp) throws(SQLiteError) -> Int {
        try run(
            """
            DELETE FROM sessions WHERE token_hash IN
                (SELECT token_hash FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
            """, now.milliseconds, Int64(SessionSweep.batchMax))
    }
}
