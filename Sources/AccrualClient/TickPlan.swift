import Loyalty

/// The plan for the results of a tick: a pure function of the results, the policy and the time.
package struct TickPlan: Equatable {
    /// Settlements to store in one transaction.
    package private(set) var settlements: [Settlement] = []
    /// Orders that are final once the settlements are stored.
    package private(set) var finished: [UnfinishedOrder] = []
    /// Jobs that go back into the pool, with the times at which they are due.
    package private(set) var putBack: [PutBack] = []
    /// Jobs that go back to their former places, because the accrual system said nothing about them.
    package private(set) var unasked: [Job] = []
    /// The number of answers of each kind.
    package private(set) var counts = AnswerCounts()
    /// The number of bad answers about odd orders, which say nothing about the accrual system.
    package private(set) var oddCount = 0
    /// The reason of the first bad answer about an order that is not odd.
    package private(set) var trouble: String?

    package struct PutBack: Equatable {
        package let job: Job
        package let dueAt: Int64
    }

    package init(_ finished: [FinishedJob], policy: RetryPolicy, now: Int64) {
        for item in finished { take(item.job, item.result, policy, now) }
    }

    private mutating func take(_ job: Job, _ result: AskResult, _ policy: RetryPolicy, _ now: Int64) {
        switch result {
        case .answered(.invalid): settle(job, .invalid)
        case .answered(.processed(let points)): settle(job, .processed(points))
        case .answered(.pending):
            counts.pending += 1
            if !job.isKnown { settlements.append(job.order.settled(.processing)) }
            var job = job
            job.isKnown = true
            job.trust = .trusted
            retry(job, policy, now)
        case .answered(.unknown):
            counts.unknown += 1
            var job = job
            job.trust = .trusted
            retry(job, policy, now)
        case .answered(.throttled):
            counts.throttled += 1
            unasked.append(job)
        case .notAsked: unasked.append(job)
        case .answered(.untrustworthy(let reason)):
            counts.untrustworthy += 1
            distrust(job, reason, policy, now)
        case .failed(let reason):
            counts.failed += 1
            distrust(job, reason, policy, now)
        }
    }

    private mutating func settle(_ job: Job, _ verdict: Settlement.Verdict) {
        if verdict == .invalid { counts.invalid += 1 } else { counts.processed += 1 }
        settlements.append(job.order.settled(verdict))
        finished.append(job.order)
    }

    private mutating func distrust(_ job: Job, _ reason: String, _ policy: RetryPolicy, _ now: Int64) {
        if job.trust.isToBlame { oddCount += 1 } else { trouble = trouble ?? reason }
        var job = job
        job.trust.noteBadAnswer()
        retry(job, policy, now)
    }

    private mutating func retry(_ job: Job, _ policy: RetryPolicy, _ now: Int64) {
        var job = job
        job.attempts += 1
        job.isNew = false
        let delay = policy.delayMilliseconds(afterAttempts: Int(job.attempts))
        putBack.append(PutBack(job: job, dueAt: now + Int64(delay)))
    }
}

extension UnfinishedOrder {
    fileprivate func settled(_ verdict: Settlement.Verdict) -> Settlement {
        Settlement(order: id, number: number, verdict: verdict)
    }
}
