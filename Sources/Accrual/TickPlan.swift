import Loyalty

/// What becomes of the outcomes of a tick: a pure function of the outcomes, the policy and the clock.
package struct TickPlan: Equatable {
    /// For the database, in one transaction.
    package private(set) var settlements: [Settlement] = []
    /// Orders that are final once they are settled.
    package private(set) var finished: [OrderID] = []
    /// Jobs that go back into the pool, and when they are due.
    package private(set) var putBack: [PutBack] = []
    /// How many answers there were of each kind.
    package private(set) var counts = AnswerCounts()
    /// What went wrong, as the first that it did says.
    package private(set) var trouble: String?

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
            counts.pending += 1
            if !job.isKnown { settlements.append(Settlement(order: job.order.id, verdict: .processing)) }
            var job = job
            job.isKnown = true
            retry(job, policy, now, isSuspect: false)
        case .answered(.unknown):
            counts.unknown += 1
            retry(job, policy, now, isSuspect: false)
        case .answered(.throttled):
            counts.throttled += 1
            putBack.append(PutBack(job: job, dueAt: pauseEndsAt ?? now))
        case .notAsked:
            putBack.append(PutBack(job: job, dueAt: pauseEndsAt ?? now))
        case .answered(.untrustworthy(let reason)):
            counts.untrustworthy += 1
            trouble = trouble ?? reason
            retry(job, policy, now, isSuspect: true)
        case .failed(let reason):
            counts.failed += 1
            trouble = trouble ?? reason
            retry(job, policy, now, isSuspect: true)
        }
    }

    private mutating func settle(_ job: Job, _ verdict: Settlement.Verdict) {
        if verdict == .invalid { counts.invalid += 1 } else { counts.processed += 1 }
        settlements.append(Settlement(order: job.order.id, verdict: verdict))
        finished.append(job.order.id)
    }

    private mutating func retry(_ job: Job, _ policy: RetryPolicy, _ now: Int64, isSuspect: Bool) {
        var job = job
        job.attempts += 1
        job.isSuspect = isSuspect
        let delay = policy.delayMilliseconds(afterAttempts: Int(job.attempts))
        putBack.append(PutBack(job: job, dueAt: now + Int64(delay)))
    }
}
