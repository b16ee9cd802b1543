import Loyalty
import Posix
import Storage

/// How the pipeline works, in numbers.
package struct PipelineConfiguration: Sendable {
    package var intervalMilliseconds = 250
    package var jobsPerTickMax = 1000
    package var workers = 8
    package var requestTimeoutMilliseconds = 5000
    package var retryPolicy = RetryPolicy(delayMinMilliseconds: 500, delayMaxMilliseconds: 60_000)
    package var poolMax = 2_000_000
    /// Nil for as many as there are.
    package var requestsPerMinuteMax: Int?
    /// For the log: what stands between us and the accrual system, after a space; empty for nothing.
    package var route = ""

    package init() {}
}

/// From an accepted order to its final status: the pool, the dispatcher, the processor and its workers, put together.
package final class AccrualPipeline: Sendable {
    package let pool: JobPool
    private let dispatcher: JobDispatcher
    private let gate: AccrualGate
    private let cancellation: Cancellation

    /// `makeTransport` is called once on each worker's thread.
    package init(
        configuration: PipelineConfiguration, settlements: any SettlementRepository, clock: @escaping MonotonicClock,
        wallClock: @escaping WallClock, log: Log,
        makeTransport: @escaping @Sendable (Cancellation) -> any AccrualTransport
    ) {
        let gate = AccrualGate(
            requestsPerMinuteMax: configuration.requestsPerMinuteMax,
            requestTimeoutMilliseconds: configuration.requestTimeoutMilliseconds)
        let cancellation = Cancellation()
        let pool = JobPool(capacityMax: configuration.poolMax)
        let processor = JobProcessor<Job, AskOutcome>(
            workerCount: configuration.workers, capacity: configuration.jobsPerTickMax
        ) {
            let client = AccrualClient(transport: makeTransport(cancellation), gate: gate, clock: clock)
            return { job in client.ask(about: job) }
        }
        self.pool = pool
        self.gate = gate
        self.cancellation = cancellation
        dispatcher = JobDispatcher(
            configuration: configuration, pool: pool, processor: processor, gate: gate, settlements: settlements,
            clock: clock, wallClock: wallClock, log: log)
    }

    /// Starts asking, and fills the pool behind that with the orders that the database has unfinished.
    package func start() {
        dispatcher.start()
    }

    package var snapshot: JobDispatcher.Snapshot { dispatcher.snapshot }

    /// What the owner allows from now on, in requests a minute; nil for any.
    package func limit(requestsPerMinuteMax: Int?) {
        gate.limit(requestsPerMinuteMax: requestsPerMinuteMax)
    }

    /// Calls back between two ticks of the dispatcher; for whoever asks whether it still works.
    package func whenReached(_ answer: @escaping @Sendable () -> Void) {
        dispatcher.whenReached(answer)
    }

    /// Asks no further, gives up on answers that are still out, and settles those that have come.
    package func stop() {
        cancellation.cancel()
        dispatcher.stop()
    }
}
