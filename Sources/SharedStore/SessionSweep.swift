import Loyalty
import Posix

/// The times at which expired sessions are removed: at the start and then every few minutes, batch after batch while
/// there are more. The batches are so small, and the pauses after them so long, that the writes between them hardly
/// notice.
package struct SessionSweep {
    package enum Outcome: Equatable {
        case removed(Int)
        /// The store refused the batch.
        case refused
    }

    /// The most sessions in one transaction: about a millisecond of a writer's time.
    package static let batchMax = 128
    package static let pauseMilliseconds = 100
    package static let intervalMilliseconds = 5 * 60_000
    package static let retryMilliseconds = 30_000

    /// Returns the pause after a batch.
    package static func delayMilliseconds(after outcome: Outcome) -> Int {
        switch outcome {
        case .removed(let count): count < batchMax ? intervalMilliseconds : pauseMilliseconds
        case .refused: retryMilliseconds
        }
    }
}

/// Removes expired sessions in the background, on its own thread.
package final class SessionSweeper: Sendable {
    private let thread: Thread
    /// A stop signal: it stays empty, and closing it ends the thread's wait.
    private let end: BlockingQueue<Never>

    /// - Parameter sweep: removes a batch of sessions that have expired by the given time. It may block.
    package init(clock: @escaping WallClock, sweep: @escaping @Sendable (Timestamp) -> SessionSweep.Outcome) {
        let end = BlockingQueue<Never>(capacity: 1)
        self.end = end
        thread = Thread(name: "sweeper") {
            var delay = 0
            while end.takeSeveral(limit: 1, withinMilliseconds: delay) != nil {
                delay = SessionSweep.delayMilliseconds(after: sweep(clock()))
            }
        }
    }

    /// Stops the thread, and returns when a batch in progress is done. The store must still be running.
    package func stop() {
        end.close()
        thread.join()
    }
}
