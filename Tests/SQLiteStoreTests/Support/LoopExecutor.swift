import Posix

/// One thread that runs tasks, as an event loop does.
final class LoopExecutor: TaskExecutor {
    private let jobs: BlockingQueue<UnownedJob>
    private let thread: Posix.Thread

    init() {
        let jobs = BlockingQueue<UnownedJob>(capacity: 1_000_000)
        // The thread can't be made with `self`, which needs the thread; a job brings it along.
        let executors = BlockingQueue<UnownedTaskExecutor>(capacity: 1)
        self.jobs = jobs
        thread = Posix.Thread(name: "loop") {
            guard let executor = executors.take() else { return }
            while let job = jobs.take() { job.runSynchronously(on: executor) }
        }
        _ = executors.put(asUnownedTaskExecutor())
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let isTaken = jobs.put(UnownedJob(job))
        precondition(isTaken, "the loop still runs")
    }

    /// Ends the thread; called once, from another.
    func stop() {
        jobs.close()
        thread.join()
    }
}
