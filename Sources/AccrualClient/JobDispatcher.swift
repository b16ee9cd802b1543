@preconcurrency import Dispatch
import Loyalty
import Posix
import Storage
import Synchronization

/// Settles the results that have arrived, as one batch, at each tick of a timer. If this server leads, it then hands
/// out the jobs that are due.
///
/// Everything but the snapshot happens on the dispatcher's own serial queue.
package final class JobDispatcher: @unchecked Sendable {
    // Safe: all state except `published` and the pool is touched only on `queue`, which `tick` asserts.

    /// The state of the pipeline, as the owner may see it.
    package struct Snapshot: Equatable, Sendable {
        /// Orders in the pool that are not in flight.
        package var waiting = 0
        package var inFlight = 0
        package var pool = JobPool.Counts()
        package var requestsPerMinuteMax: Int?
        /// The end of the pause, in milliseconds of the monotonic clock.
        package var pausedUntil: Int64?
        package var lastAnswerAt: Int64?
        package var health: AccrualHealth?
        /// The answers since the start.
        package var answers = AnswerCounts()
    }

    private let configuration: PipelineConfiguration
    private let pool: JobPool
    private let processor: any JobExecutor
    private let gate: AccrualGate
    private let settlements: any SettlementRepository
    private let leadership: any Leadership
    /// The term at the last tick; `nil` if this server did not lead, and before the first tick.
    private var term: Int64?
    /// True if the log has said that another server asks the accrual system, and this one has not led since.
    private var hasNamedAnother = false
    private let clock: MonotonicClock
    private let wallClock: WallClock
    private let log: Log

    private let queue = DispatchQueue(label: "dispatcher")
    private var timer: (any DispatchSourceTimer)?
    private let published = Mutex(Snapshot())

    /// Results that could not be stored yet. No more requests are handed out until they are, so their number has a
    /// bound.
    private var unsettled: [FinishedJob] = []
    private var monitor = HealthMonitor()
    private var answers = AnswerCounts()
    private var lastAnswerAt: Int64?
    private var suspectsInFlight = 0
    private var probedAt: Int64 = 0
    private var reportedAt: Int64
    private var isStopped = false

    /// The interval at which the log says how many orders wait, while there are any.
    private static let reportMilliseconds: Int64 = 60_000

    package init(
        configuration: PipelineConfiguration, pool: JobPool, processor: any JobExecutor,
        gate: AccrualGate, settlements: any SettlementRepository, leadership: any Leadership,
        clock: @escaping MonotonicClock, wallClock: @escaping WallClock, log: Log
    ) {
        self.configuration = configuration
        self.pool = pool
        self.processor = processor
        self.gate = gate
        self.settlements = settlements
        self.leadership = leadership
        self.clock = clock
        self.wallClock = wallClock
        self.log = log
        reportedAt = clock()
    }

    package var snapshot: Snapshot { published.withLock { $0 } }

    /// Starts the timer.
    package func start() {
        queue.sync {
            precondition(timer == nil && !isStopped, "a dispatcher must be started once, and not after a stop")
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.schedule(deadline: .now(), repeating: .milliseconds(configuration.intervalMilliseconds))
            timer.setEventHandler { @Sendable [weak self] in self?.tick() }
            timer.resume()
            self.timer = timer
        }
    }

    /// Stops the timer and the workers, and settles their results. Results that can't be stored are dropped; the next
    /// start finds their orders unfinished in the database.
    package func stop() {
        queue.sync {
            guard !isStopped else { return }
            isStopped = true
            timer?.cancel()
            processor.stop()
            collect()
            settle(now: clock())
            // The last answers may have asked for a pause, which the next leader has to keep.
            if pool.isOpen, leadership.isLeading { leadership.passOn(gate.askedPace(now: clock())) }
        }
    }

    /// Runs one tick and returns when it is done, if there is no timer.
    package func tickNow() {
        queue.sync { tick() }
    }

    /// Calls `answer` between two ticks, which shows that the dispatcher still works.
    package func whenReached(_ answer: @escaping @Sendable () -> Void) {
        queue.async { answer() }
    }

    private func tick() {
        dispatchPrecondition(condition: .onQueue(queue))
        let now = clock()
        collect()
        settle(now: now)
        if leads(now: now) {
            refill(now: now)
            if unsettled.isEmpty { handOut(now: now) }
            leadership.passOn(gate.askedPace(now: now))
        }
        publish(now: now)
        reportIfDue(now: now)
    }

    /// Returns true if this server leads, and opens or closes the pool if that has changed.
    ///
    /// A server that has lost the lead hands out nothing more, settles the answers that still come, and forgets its
    /// orders, since the new leader settles them. A server that gains the lead fills the pool from the database, as a
    /// start does. If it has led before, it first waits for the last of its own requests: two jobs for one order would
    /// each count for the user. It keeps to the pause and the pace of the leader before.
    private func leads(now: Int64) -> Bool {
        let term = leadership.isLeading ? leadership.term : nil
        // The pool may be open before the first tick.
        let isOver = term == nil || (self.term != nil && term != self.term)
        if pool.isOpen, isOver {
            pool.close()
            if term != nil { log.info("the orders that wait are read again, since some may have been lost or missed") }
        }
        if term == nil { reportNoLead() }
        self.term = term
        guard term != nil else { return false }
        hasNamedAnother = false
        if !pool.isOpen {
            guard processor.outstanding == 0, unsettled.isEmpty else { return false }
            // The search for unfinished orders, which begins now, finds those of them that are not settled.
            leadership.skipOrdersOfOtherServers()
            pool.open()
            gate.adopt(leadership.inheritedPace, now: now)
            monitor = HealthMonitor()
            log.info("this server asks the accrual system")
        }
        return true
    }

    /// Logs that this server no longer leads. Logs once that another server leads, when that is known.
    private func reportNoLead() {
        if leadership.isWithAnother {
            if !hasNamedAnother { log.info("another server asks the accrual system") }
            hasNamedAnother = true
        } else if term != nil {
            log.info("this server no longer leads, and does not ask the accrual system")
        }
    }

    /// Collects the workers' results, and recalls the jobs that no worker has started, because newer orders may precede
    /// them now.
    private func collect() {
        let finished = processor.collect()
        let recalled = processor.recall()
        suspectsInFlight -= finished.count { $0.job.trust.isSuspect } + recalled.count { $0.trust.isSuspect }
        precondition(suspectsInFlight >= 0, "more suspects came back than were in flight")
        unsettled += finished
        pool.putBackUnasked(recalled)
    }

    /// Stores the results in one transaction, and updates the pool only after that, so that no order leaves the pool
    /// whose status is not stored.
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
        // Requests that were broken off by a stop say nothing about the accrual system.
        if !isStopped { judge(plan, now: now) }
    }

    private func judge(_ plan: TickPlan, now: Int64) {
        let wasTroubled = monitor.health?.isTroubled ?? false
        guard
            let health = monitor.note(plan.counts, oddCount: plan.oddCount, trouble: plan.trouble, now: now)
        else { return }
        // Orders must not wait out a delay that was caused by the accrual system.
        if wasTroubled { pool.forgiveSuspects() }
        switch health {
        case .healthy: log.info("the accrual system answers")
        case .throttled: log.warning("the accrual system asks for fewer requests; orders wait")
        case .troubled(let reason):
            log.warning("the accrual system can't be relied on\(configuration.route): \(reason); orders wait")
        }
    }

    /// Hands out everything that may be asked before the next tick, as ``AskOrder`` allows. Jobs that no worker has
    /// started by then are recalled.
    private func handOut(now: Int64) {
        let isOutage = monitor.health?.isTroubled ?? false
        let limits = AskOrder.Limits(
            workerCount: processor.workerCount, jobsPerTickMax: configuration.jobsPerTickMax, isOutage: isOutage)
        let outstanding = processor.outstanding
        let room = max(0, limits.requestsMax + limits.newcomersMax - outstanding)
        let allowance = gate.allowance(limit: room, now: now)
        let limit = min(allowance, max(0, limits.requestsMax - outstanding))
        let newcomersMax = min(limits.newcomersMax, allowance - limit)
        let suspectsMax = max(0, limits.suspectsMax - suspectsInFlight)
        var jobs = pool.take(limit: limit, suspectsMax: suspectsMax, newcomersMax: newcomersMax, now: now)
        if isOutage, jobs.isEmpty, limit > 0,
            AskOrder.mayProbe(suspectCount: pool.counts.suspects, lastProbeAt: probedAt, now: now)
        {
            jobs = pool.take(limit: 1, suspectsMax: suspectsMax, now: .max)
        }
        if jobs.contains(where: \.trust.isSuspect) { probedAt = now }
        suspectsInFlight += jobs.count { $0.trust.isSuspect }
        processor.process(jobs)
    }

    /// Takes the orders of other servers, leaves out those that a command of the owner has ended, and loads unfinished
    /// orders from the database if the pool has room for them.
    private func refill(now: Int64) {
        do throws(LoyaltyError) {
            for order in try leadership.ordersOfOtherServers() { pool.put(order) }
            pool.readAgain(leadership.droppedOrders())
            try pool.refill(from: settlements, jobsPerTickMax: configuration.jobsPerTickMax, now: now)
        } catch {
            // The store logs the reason; the next tick tries again.
        }
    }

    private func publish(now: Int64) {
        let inFlight = processor.inFlight
        let counts = pool.counts
        let snapshot = Snapshot(
            waiting: counts.all - inFlight, inFlight: inFlight, pool: counts,
            requestsPerMinuteMax: gate.requestsPerMinuteMax, pausedUntil: gate.closedUntil(now: now),
            lastAnswerAt: lastAnswerAt, health: pool.isOpen ? monitor.health : nil, answers: answers)
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
    /// Returns one line for the owner's log.
    func report(now: Int64) -> String {
        var parts = ["orders: \(waiting) waiting, \(inFlight) being asked about"]
        parts.append("\(answers.processed) processed and \(answers.invalid) invalid since the start")
        parts.append(
            lastAnswerAt.map { "the last good answer came \((now - $0) / 1000) s ago" } ?? "no good answer yet")
        if answers.bad > 0 { parts.append("\(answers.bad) answers could not be relied on") }
        if let pausedUntil { parts.append("paused for \((pausedUntil - now + 999) / 1000) s more") }
        if let requestsPerMinuteMax { parts.append("at most \(requestsPerMinuteMax) requests a minute") }
        return parts.joined(separator: "; ")
    }
}
