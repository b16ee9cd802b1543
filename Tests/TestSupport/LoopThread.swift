import Posix

/// One thread that runs tasks, as an event loop does.
package final class LoopThread: TaskExecutor {
    private let jobs: BlockingQueue<UnownedJob>
    private let thread: Posix.Thread

    package init() {
        let jobs = BlockingQueue<UnownedJob>(capacity: 1_000_000)
        // The thread can't be made with `self`, which needs the thread; so it gets its executor through a queue.
        let executors = BlockingQueue<UnownedTaskExecutor>(capacity: 1)
        self.jobs = jobs
        thread = Posix.Thread(name: "loop") {
            guard let executor = executors.take() else { return }
            while let job = jobs.take() { job.runSynchronously(on: executor) }
        }
        _ = executors.put(asUnownedTaskExecutor())
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
