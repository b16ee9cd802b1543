import Eventual
import Posix
import Synchronization

/// One thread that runs tasks, as an event loop does.
package final class LoopThread: TaskExecutor {
    /// The reader whose batch ends with each turn.
    private final class TurnEnd: Sendable {
        // Safe: set before the first task, and used on the loop's thread alone.
        nonisolated(unsafe) var reader: (any BatchReader)?
    }

    /// Steps of tasks in one turn.
    private static let turnMax = 64

    private let jobs: BlockingQueue<UnownedJob>
    private let thread: Posix.Thread
    private let turnEnd: TurnEnd

    package init() {
        let jobs = BlockingQueue<UnownedJob>(capacity: 1_000_000)
        // The thread can't be made with `self`, which needs the thread; so it gets its executor through a queue.
        let executors = BlockingQueue<UnownedTaskExecutor>(capacity: 1)
        let turnEnd = TurnEnd()
        (self.jobs, self.turnEnd) = (jobs, turnEnd)
        thread = Posix.Thread(name: "loop") {
            guard let executor = executors.take() else { return }
            while let turn = jobs.takeSeveral(limit: Self.turnMax) {
                for job in turn { job.runSynchronously(on: executor) }
                turnEnd.reader?.endBatch()
            }
        }
        _ = executors.put(asUnownedTaskExecutor())
    }

    /// Ends the reader's batch after each turn, in which tasks begin or go on. Called before the first task.
    package func serve(_ reader: any BatchReader) {
        turnEnd.reader = reader
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let isTaken = jobs.put(UnownedJob(job))
        precondition(isTaken, "the loop must run as long as it has tasks")
    }

    /// Ends the thread. Called once, from another thread.
    package func stop() {
        jobs.close()
        thread.join()
    }
}
