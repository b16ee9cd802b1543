/// The next steps of tasks, waiting for the thread that runs them.
///
/// A job of the standard library is unsafe to keep, because running it twice or never is an error that no check finds.
/// This queue runs each job once.
@safe package struct TaskJobs {
    private var jobs: [UnownedJob] = []

    package init() {}

    package var isEmpty: Bool { jobs.isEmpty }

    package mutating func append(_ job: consuming ExecutorJob) {
        jobs.append(UnownedJob(job))
    }

    package mutating func append(_ others: consuming TaskJobs) {
        jobs.append(contentsOf: others.jobs)
    }

    /// Takes all jobs out.
    package mutating func take() -> TaskJobs {
        defer { jobs = [] }
        return self
    }

    /// Runs jobs in their order on the calling thread, which is the executor's. Returns those that are left.
    ///
    /// - Parameter hasTime: asked after each job; if it returns false, no further job is run.
    package consuming func run(on executor: some TaskExecutor, while hasTime: () -> Bool) -> TaskJobs {
        var rest = TaskJobs()
        for index in jobs.indices {
            unsafe jobs[index].runSynchronously(on: executor.asUnownedTaskExecutor())
            guard hasTime() else {
                rest.jobs = Array(jobs[(index + 1)...])
                break
            }
        }
        return rest
    }
}
