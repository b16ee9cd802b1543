import Posix
import Synchronization

/// Distributes jobs to workers, and keeps their results until they are collected. A job that hangs holds up its own
/// worker only.
package final class JobProcessor<Element: Sendable, Outcome: Sendable>: Sendable {
    package struct Result: Sendable {
        package let job: Element
        package let outcome: Outcome

        package init(job: Element, outcome: Outcome) {
            self.job = job
            self.outcome = outcome
        }
    }

    private struct State {
        var results: [Result] = []
        /// Jobs that were handed out and not yet collected.
        var outstanding = 0
    }

    package let workerCount: Int
    private let inbox: BlockingQueue<Element>
    private let state: SharedState
    private let workers: [Worker]

    private final class SharedState: Sendable {
        let value = Mutex(State())
    }

    /// - Parameters:
    ///   - capacity: The most jobs that may be outstanding.
    ///   - makeFunction: Makes the function that a worker runs; called on the worker's thread.
    package init(
        workerCount: Int, capacity: Int, makeFunction: @escaping @Sendable () -> (Element) -> Outcome
    ) {
        precondition(workerCount > 0, "somebody works")
        self.workerCount = workerCount
        let inbox = BlockingQueue<Element>(capacity: capacity)
        let state = SharedState()
        self.inbox = inbox
        self.state = state
        workers = (1...workerCount).map { number in
            Worker(number: number, inbox: inbox) {
                let function = makeFunction()
                return { job in
                    let result = Result(job: job, outcome: function(job))
                    state.value.withLock { $0.results.append(result) }
                }
            }
        }
    }

    package var outstanding: Int { state.value.withLock { $0.outstanding } }

    /// Jobs that no worker has finished yet.
    package var inFlight: Int { state.value.withLock { $0.outstanding - $0.results.count } }

    /// Hands jobs to the workers. The caller keeps the number of outstanding jobs within the capacity.
    package func process(_ jobs: [Element]) {
        state.value.withLock { $0.outstanding += jobs.count }
        for job in jobs {
            let hasRoom = inbox.put(job)
            precondition(hasRoom, "no more is outstanding than there is room for")
        }
    }

    /// Returns the results since the last call.
    package func collect() -> [Result] {
        state.value.withLock { state in
            state.outstanding -= state.results.count
            defer { state.results = [] }
            return state.results
        }
    }

    /// Takes back the jobs that no worker has started.
    package func recall() -> [Element] {
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
