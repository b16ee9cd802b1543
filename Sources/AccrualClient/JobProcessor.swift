import Posix
import Synchronization

/// Distributes jobs to workers, and keeps their results until they are collected. A job that hangs holds up its own
/// worker only.
package final class JobProcessor: Sendable {
    private struct State {
        var finished: [FinishedJob] = []
        /// Jobs that were handed out and not yet collected.
        var outstanding = 0
    }

    package let workerCount: Int
    private let inbox: BlockingQueue<Job>
    private let state: SharedState
    private let workers: [Worker]

    private final class SharedState: Sendable {
        let value = Mutex(State())
    }

    /// - Parameters:
    ///   - capacity: The most jobs that may be outstanding.
    ///   - makeFunction: Makes the function that a worker runs; called on the worker's thread.
    package init(
        workerCount: Int, capacity: Int, makeFunction: @escaping @Sendable () -> (Job) -> AskResult
    ) {
        precondition(workerCount > 0, "workerCount must be positive")
        self.workerCount = workerCount
        let inbox = BlockingQueue<Job>(capacity: capacity)
        let state = SharedState()
        self.inbox = inbox
        self.state = state
        workers = (1...workerCount).map { number in
            Worker(number: number, inbox: inbox) {
                let function = makeFunction()
                return { job in
                    let finished = FinishedJob(job: job, result: function(job))
                    state.value.withLock { $0.finished.append(finished) }
                }
            }
        }
    }

    package var outstanding: Int { state.value.withLock { $0.outstanding } }

    /// Jobs that no worker has finished yet.
    package var inFlight: Int { state.value.withLock { $0.outstanding - $0.finished.count } }

    /// Hands jobs to the workers. The caller keeps the number of outstanding jobs within the capacity.
    package func process(_ jobs: [Job]) {
        state.value.withLock { $0.outstanding += jobs.count }
        for job in jobs {
            let hasRoom = inbox.put(job)
            precondition(hasRoom, "outstanding jobs must not exceed the capacity")
        }
    }

    /// Returns the jobs that workers have finished since the last call.
    package func collect() -> [FinishedJob] {
        state.value.withLock { state in
            state.outstanding -= state.finished.count
            defer { state.finished = [] }
            return state.finished
        }
    }

    /// Takes back the jobs that no worker has started.
    package func recall() -> [Job] {
        let jobs = inbox.drain()
        state.value.withLock { $0.outstanding -= jobs.count }
        return jobs
    }

    /// Drops the jobs that no worker has started, and waits for the others.
    package func stop() {
        _ = inbox.drain()
        inbox.close()
        for worker in workers { worker.join() }
    }
}
