import Loyalty

/// What becomes of the outcomes of a tick: a pure function of the outcomes, the policy and the clock.
package struct TickPlan: Equatable {
    /// For the database, in one transaction.
    package private(set) var settlements: [Settlement] = []
    /// Orders that are final once they are settled.
    package private(set) var finished: [OrderID] = []
    /// Jobs that go back into the pool, and when they are due.
    package private(set) var putBack: [PutBack] = []
    /// The lowest pace that an answer has set.
    package private(set) var requestsPerMinuteMax: Int?
    /// What the accrual system is like, as far as this tick's answers tell.
    package private(set) var health: AccrualHealth?

    package struct PutBack: Equatable {
        package let job: Job
        package let dueAt: Int64
    }

    package init(
        _ results: [JobProcessor<Job, AskOutcome>.Result], policy: RetryPolicy, now: Int64, pauseEndsAt: Int64?
    ) {
        for result in results {
            take(result.job, result.outcome, policy, now, pauseEndsAt)
        }
    }

    private mutating func take(
        _ job: Job, _ outcome: AskOutcome, _ policy: RetryPolicy, _ now: Int64, _ pauseEndsAt: Int64?
    ) {
        switch outcome {
        case .answered(.invalid): settle(job, .invalid)
        case .answered(.processed(let points)): settle(job, .processed(points))
        case .answered(.pending):
            note(.healthy)
            if !job.isKnown { settlements.append(Settlement(order: job.order.id, verdict: .processing)) }
            var job = job
            job.isKnown = true
            retry(job, policy, now)
        case .answered(.unknown):
            note(.healthy)
            retry(job, policy, now)
        case .answered(.throttled(_, let pace)):
            note(.throttled)
            requestsPerMinuteMax = [requestsPerMinuteMax, pace].compactMap { $0 }.min()
            putBack.append(PutBack(job: job, dueAt: pauseEndsAt ?? now))
        case .notAsked:
            putBack.append(PutBack(job: job, dueAt: pauseEndsAt ?? now))
        case .answered(.untrustworthy(let reason)), .failed(let reason):
            note(.troubled(reason))
            retry(job, policy, now)
        }
    }

    private mutating func settle(_ job: Job, _ verdict: Settlement.Verdict) {
        note(.healthy)
        settlements.append(Settlement(order: job.order.id, verdict: verdict))
        finished.append(job.order.id)
    }

    private mutating func retry(_ job: Job, _ policy: RetryPolicy, _ now: Int64) {
        var job = job
        job.attempts += 1
        let delay = policy.delayMilliseconds(afterAttempts: job.attempts)
        putBack.append(PutBack(job: job, dueAt: now + Int64(delay)))
    }

    /// One good answer tells that the system is there, whatever is wrong with single orders; a pause tells more than
    /// trouble.
    private mutating func note(_ health: AccrualHealth) {
        if self.health.map({ health.rank < $0.rank }) ?? true { self.health = health }
    }
}

/// What the accrual system is like.
package enum AccrualHealth: Equatable, Sendable {
    case healthy, throttled
    case troubled(String)

    var rank: Int {
        switch self {
        case .healthy: 0
        case .throttled: 1
        case .troubled: 2
        }
    }

    func isSameKind(as other: AccrualHealth?) -> Bool { rank == other?.rank }
}
