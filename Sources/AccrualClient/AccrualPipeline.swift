import Loyalty
import Posix
import Storage

/// The settings of the pipeline.
package struct PipelineConfiguration: Sendable {
    package var intervalMilliseconds = 250
    package var jobsPerTickMax = 1000
    package var workers = 8
    package var requestTimeoutMilliseconds = 5000
    package var retryPolicy = RetryPolicy(delayMinMilliseconds: 500, delayMaxMilliseconds: 60_000)
    package var poolMax = 2_000_000
    /// The owner's limit; `nil` for none.
    package var requestsPerMinuteMax: Int?
    /// For the log: how the accrual system is reached, preceded by a space; empty if directly.
    package var route = ""

    package init() {}
}

/// The path of an order from its upload to its final status: the pool, the dispatcher, the processor and its workers.
/// It runs on the server that leads (``Storage/Leadership``), and waits on the others.
package final class AccrualPipeline: Sendable {
    package let pool: JobPool
    private let dispatcher: JobDispatcher
    private let gate: AccrualGate
    private let cancellation: Cancellation

    /// - Parameter makeSystem: Called once on each worker's thread.
    package init(
        configuration: PipelineConfiguration, settlements: any SettlementRepository, leadership: any Leadership,
        clock: @escaping MonotonicClock, wallClock: @escaping WallClock, log: Log,
        makeSystem: @escaping @Sendable (Cancellation) -> any AccrualSystem
    ) {
        let gate = AccrualGate(
            requestsPerMinuteMax: configuration.requestsPerMinuteMax,
            requestTimeoutMilliseconds: configuration.requestTimeoutMilliseconds)
        let cancellation = Cancellation()
        let pool = JobPool(capacityMax: configuration.poolMax)
        let processor = JobProcessor(
            workerCount: configuration.workers, capacity: configuration.jobsPerTickMax
        ) {
            let asker = Asker(system: makeSystem(cancellation), gate: gate, clock: clock)
            return { job in asker.ask(about: job) }
        }
        self.pool = pool
        self.gate = gate
        self.cancellation = cancellation
        dispatcher = JobDispatcher(
            configuration: configuration, pool: pool, processor: processor, gate: gate, settlements: settlements,
            leadership: leadership, clock: clock, wallClock: wallClock, log: log)
    }

    /// Starts the dispatcher. It asks about new orders at once, and fills the pool with the unfinished orders of the
    /// database along the way.
    package func start() {
        dispatcher.start()
    }

    package var snapshot: JobDispatcher.Snapshot { dispatcher.snapshot }

    /// Sets the owner's limit, in requests per minute; `nil` for none.
    package func limit(requestsPerMinuteMax: Int?) {
        gate.limit(requestsPerMinuteMax: requestsPerMinuteMax)
    }

    /// Calls `answer` between two ticks of the dispatcher, which shows that the dispatcher still works.
    package func whenReached(_ answer: @escaping @Sendable () -> Void) {
        dispatcher.whenReached(answer)
    }

    /// Stops asking, gives up requests that are in flight, and settles the answers that have arrived.
    package func stop() {
        cancellation.cancel()
        dispatcher.stop()
    }
}
