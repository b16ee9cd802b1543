@preconcurrency import Dispatch
import Loyalty
import Synchronization

/// At each tick of a timer: settles what has come back as one batch, and hands out what is due.
///
/// Everything but the snapshot happens on its own serial queue.
package final class JobDispatcher: @unchecked Sendable {
    // Safe: all state but `published` and the pool is touched on `queue` alone, which `tick` asserts.

    /// What an owner may want to know of the pipeline.
    package struct Snapshot: Equatable, Sendable {
        package var waiting = 0
        package var inFlight = 0
        package var requestsPerMinuteMax: Int?
        /// In milliseconds of the monotonic clock.
        package var pausedUntil: Int64?
        package var lastAnswerAt: Int64?
        package var health: AccrualHealth?
    }

    private let configuration: PipelineConfiguration
    private let pool: JobPool
    private let processor: any JobExecutor
    private let gate: AccrualGate
    private let settlements: any SettlementRepository
    private let clock: MonotonicClock
    private let wallClock: WallClock
    private let log: Log

    private let queue = DispatchQueue(label: "dispatcher")
    private var timer: (any DispatchSourceTimer)?
    private let published = Mutex(Snapshot())

    /// What came back and could not be settled yet. Nothing more is asked until it is, so that it has a bound.
    private var unsettled: [JobProcessor<Job, AskOutcome>.Result] = []
    private var pace: Pace
    private var health: AccrualHealth?
    private var lastAnswerAt: Int64?
    private var collectedInLastTick = 0
    private var restoration = Restoration.after(nil)
    private var isStopped = false

    private enum Restoration: Equatable {
        /// Unfinished orders after this one may not be in the pool yet.
        case after(OrderID?)
        case done
    }

    /// Orders read from the database at once, and how often in a tick: a million within fifteen seconds, behind the start.
    private static let restorePageOrders = 5000
    private static let restorePagesPerTickMax = 4

    package init(
        configuration: PipelineConfiguration, pool: JobPool, processor: any JobExecutor,
        gate: AccrualGate, settlements: any SettlementRepository, clock: @escaping MonotonicClock,
        wallClock: @escaping WallClock, log: Log
    ) {
        self.configuration = configuration
        self.pool = pool
        self.processor = processor
        self.gate = gate
        self.settlements = settlements
        self.clock = clock
        self.wallClock = wallClock
        self.log = log
        pace = Pace(requestTimeoutMilliseconds: configuration.requestTimeoutMilliseconds)
    }

    package var snapshot: Snapshot { published.withLock { $0 } }

    /// Starts the timer.
    package func start() {
        queue.sync {
            precondition(timer == nil && !isStopped, "a dispatcher starts once")
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.schedule(deadline: .now(), repeating: .milliseconds(configuration.intervalMilliseconds))
            timer.setEventHandler { @Sendable [weak self] in self?.tick() }
            timer.resume()
            self.timer = timer
        }
    }

    /// Stops the timer and the workers, and settles what they had brought. What could not be settled is found unfinished
    /// in the database by the next start.
    package func stop() {
        queue.sync {
            guard !isStopped else { return }
            isStopped = true
            timer?.cancel()
            processor.stop()
            unsettled += processor.collect()
            settle(now: clock())
        }
    }

    /// Takes one tick where no timer does it, and returns when it is done.
    package func tickNow() {
        queue.sync { tick() }
    }

    private func tick() {
        dispatchPrecondition(condition: .onQueue(queue))
        let now = clock()
        let results = processor.collect()
        collectedInLastTick = results.count
        unsettled += results
        settle(now: now)
        restore(now: now)
        if unsettled.isEmpty { handOut(now: now) }
        publish(now: now)
    }

    /// Stores what came back in one transaction; only then does the pool hear of it, so that nothing is forgotten that is
    /// not stored.
    private func settle(now: Int64) {
        guard !unsettled.isEmpty else { return }
        let plan = TickPlan(
            unsettled, policy: configuration.retryPolicy, now: now, pauseEndsAt: gate.closedUntil(now: now))
        if let limit = plan.requestsPerMinuteMax { pace.limit(requestsPerMinute: limit, now: now) }
        if let health = plan.health { note(health, now: now) }
        do throws(LoyaltyError) {
            if !plan.settlements.isEmpty { try settlements.settle(plan.settlements, at: wallClock()) }
        } catch {
            return
        }
        unsettled = []
        pool.finish(plan.finished)
        for item in plan.putBack { pool.putBack(item.job, dueAt: item.dueAt) }
    }

    private func handOut(now: Int64) {
        guard gate.closedUntil(now: now) == nil else { return }
        // Twice what the workers did in the last tick keeps them busy until the next, and no job waits long for a worker
        // while newer ones could go before it.
        let useful = max(2 * processor.workerCount, 2 * collectedInLastTick)
        let room = min(configuration.jobsPerTickMax, useful) - processor.outstanding
        guard room > 0 else { return }
        let jobs = pool.take(limit: pace.allowance(limit: room, now: now), now: now)
        pace.noteSent(jobs.count, now: now)
        processor.process(jobs)
    }

    /// Fills the pool with what the database has without a final status, as far as there is room.
    private func restore(now: Int64) {
        for _ in 0..<Self.restorePagesPerTickMax {
            guard case .after(let last) = restoration, pool.hasRoom else { return }
            do throws(LoyaltyError) {
                let orders = try settlements.unfinishedOrders(after: last, limit: Self.restorePageOrders)
                pool.restore(orders, dueAt: now)
                restoration = orders.count == Self.restorePageOrders ? .after(orders.last?.id) : .done
            } catch {
                // The database says why in the log; the next tick asks again.
                return
            }
        }
    }

    private func note(_ health: AccrualHealth, now: Int64) {
        if health == .healthy { lastAnswerAt = now }
        defer { self.health = health }
        guard !health.isSameKind(as: self.health) else { return }
        switch health {
        case .healthy: log.info("the accrual system answers")
        case .throttled: log.warning("the accrual system asks for fewer requests; orders wait")
        case .troubled(let reason): log.warning("the accrual system can't be relied on: \(reason); orders wait")
        }
    }

    private func publish(now: Int64) {
        let snapshot = Snapshot(
            waiting: pool.counts.waiting, inFlight: processor.inFlight,
            requestsPerMinuteMax: pace.requestsPerMinuteMax, pausedUntil: gate.closedUntil(now: now),
            lastAnswerAt: lastAnswerAt, health: health)
        published.withLock { $0 = snapshot }
    }
}
