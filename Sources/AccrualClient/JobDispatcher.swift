@preconcurrency import Dispatch
import Loyalty
import Storage
import Synchronization

/// At each tick of a timer: settles what has come back as one batch, and hands out what is due.
///
/// Everything but the snapshot happens on its own serial queue.
package final class JobDispatcher: @unchecked Sendable {
    // Safe: all state but `published` and the pool is touched on `queue` alone, which `tick` asserts.

    /// What an owner may want to know of the pipeline.
    package struct Snapshot: Equatable, Sendable {
        /// Orders of the pool, those in flight left out.
        package var waiting = 0
        package var inFlight = 0
        package var pool = JobPool.Counts()
        package var requestsPerMinuteMax: Int?
        /// In milliseconds of the monotonic clock.
        package var pausedUntil: Int64?
        package var lastAnswerAt: Int64?
        package var health: AccrualHealth?
        /// Since the start.
        package var answers = AnswerCounts()
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
    private var monitor = HealthMonitor()
    private var answers = AnswerCounts()
    private var lastAnswerAt: Int64?
    private var suspectsInFlight = 0
    private var probedAt: Int64 = 0
    private var reportedAt: Int64
    private var isStopped = false

    /// So many orders in trouble at once are not odd orders, but an outage.
    private static let suspectsOfOutage = 3
    /// Fewer may be either, and tell of its end so often at most.
    private static let probeMilliseconds: Int64 = 5000
    /// How often the log says what waits, while anything does.
    private static let reportMilliseconds: Int64 = 60_000

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
        reportedAt = clock()
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
            collect()
            settle(now: clock())
        }
    }

    /// Takes one tick where no timer does it, and returns when it is done.
    package func tickNow() {
        queue.sync { tick() }
    }

    /// Calls back between two ticks; for whoever asks whether it still works.
    package func whenReached(_ answer: @escaping @Sendable () -> Void) {
        queue.async { answer() }
    }

    private func tick() {
        dispatchPrecondition(condition: .onQueue(queue))
        let now = clock()
        collect()
        settle(now: now)
        refill(now: now)
        if unsettled.isEmpty { handOut(now: now) }
        publish(now: now)
        reportIfDue(now: now)
    }

    /// Takes in what the workers have brought, and what they have not begun: newer orders may go before it now.
    private func collect() {
        let results = processor.collect()
        let recalled = processor.recall()
        suspectsInFlight -= results.count { $0.job.isSuspect } + recalled.count { $0.isSuspect }
        precondition(suspectsInFlight >= 0, "a suspect comes back once")
        unsettled += results
        pool.putBackUnasked(recalled)
    }

    /// Stores what came back in one transaction; only then does the pool hear of it, so that nothing is forgotten that is
    /// not stored.
    private func settle(now: Int64) {
        guard !unsettled.isEmpty else { return }
        let plan = TickPlan(unsettled, policy: configuration.retryPolicy, now: now)
        do throws(LoyaltyError) {
            if !plan.settlements.isEmpty { try settlements.settle(plan.settlements, at: wallClock()) }
        } catch {
            return
        }
        unsettled = []
        pool.finish(plan.finished)
        for item in plan.putBack { pool.putBack(item.job, dueAt: item.dueAt) }
        pool.putBackUnasked(plan.unasked)
        answers += plan.counts
        if plan.counts.good > 0 { lastAnswerAt = now }
        // What a stop broke off says nothing.
        if !isStopped { judge(plan, now: now) }
    }

    private func judge(_ plan: TickPlan, now: Int64) {
        let wasTroubled = monitor.health?.isTroubled ?? false
        guard
            let health = monitor.note(plan.counts, oddCount: plan.oddCount, trouble: plan.trouble, now: now)
        else { return }
        // Nobody waits out a delay that was the system's fault and not the order's.
        if wasTroubled { pool.forgiveSuspects() }
        switch health {
        case .healthy: log.info("the accrual system answers")
        case .throttled: log.warning("the accrual system asks for fewer requests; orders wait")
        case .troubled(let reason):
            log.warning("the accrual system can't be relied on\(configuration.route): \(reason); orders wait")
        }
    }

    /// Hands out all that may go until the next tick; what is not begun by then comes back. While the accrual system is in
    /// trouble a few suspects find out when that ends, as many others may go, and as many first orders of other users: one that
    /// were counted with the suspects would wait for their time-outs.
    private func handOut(now: Int64) {
        let isTroubled = monitor.health?.isTroubled ?? false
        let suspectsAtOnce = max(1, processor.workerCount / (isTroubled ? 4 : 2))
        let limitMax = min(isTroubled ? 2 * suspectsAtOnce : .max, configuration.jobsPerTickMax)
        // In trouble, one user's orders may hang on all that may be asked about; another's first order goes beside them.
        let newcomersMax = isTroubled ? min(suspectsAtOnce, configuration.jobsPerTickMax - limitMax) : 0
        let room = max(0, limitMax + newcomersMax - processor.outstanding)
        let allowance = gate.allowance(limit: room, now: now)
        let limit = min(allowance, max(0, limitMax - processor.outstanding))
        let suspectsMax = max(0, suspectsAtOnce - suspectsInFlight)
        var jobs = pool.take(
            limit: limit, suspectsMax: suspectsMax, newcomersMax: min(newcomersMax, allowance - limit), now: now)
        if isTroubled, jobs.isEmpty, limit > 0,
            pool.counts.suspects >= Self.suspectsOfOutage || now >= probedAt + Self.probeMilliseconds
        {
            // Before its time, or the end of an outage would be noticed as late as the longest delay.
            jobs = pool.take(limit: 1, suspectsMax: suspectsMax, now: .max)
        }
        if jobs.contains(where: \.isSuspect) { probedAt = now }
        suspectsInFlight += jobs.count { $0.isSuspect }
        processor.process(jobs)
    }

    /// Loads unfinished orders of the database, if there is room for them in the pool.
    private func refill(now: Int64) {
        do throws(LoyaltyError) {
            try pool.refill(from: settlements, jobsPerTickMax: configuration.jobsPerTickMax, now: now)
        } catch {
            // The database says why in the log; the next tick asks again.
        }
    }

    private func publish(now: Int64) {
        let inFlight = processor.inFlight
        let counts = pool.counts
        let snapshot = Snapshot(
            waiting: counts.all - inFlight, inFlight: inFlight, pool: counts,
            requestsPerMinuteMax: gate.requestsPerMinuteMax, pausedUntil: gate.closedUntil(now: now),
            lastAnswerAt: lastAnswerAt, health: monitor.health, answers: answers)
        published.withLock { $0 = snapshot }
    }

    private func reportIfDue(now: Int64) {
        guard now - reportedAt >= Self.reportMilliseconds else { return }
        reportedAt = now
        let snapshot = snapshot
        guard snapshot.waiting + snapshot.inFlight > 0 else { return }
        log.info(snapshot.report(now: now))
    }
}

extension JobDispatcher.Snapshot {
    /// One line for an owner.
    func report(now: Int64) -> String {
        var parts = ["orders: \(waiting) waiting, \(inFlight) being asked about"]
        parts.append("\(answers.processed) processed and \(answers.invalid) invalid since the start")
        parts.append(
            lastAnswerAt.map { "the last good answer came \((now - $0) / 1000) s ago" } ?? "no good answer yet")
        if answers.bad > 0 { parts.append("\(answers.bad) answers were none to go by") }
        if let pausedUntil { parts.append("paused for \((pausedUntil - now + 999) / 1000) s more") }
        if let requestsPerMinuteMax { parts.append("at most \(requestsPerMinuteMax) requests a minute") }
        return parts.joined(separator: "; ")
    }
}
