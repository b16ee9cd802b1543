/// How many requests may go out, where so many a minute are allowed: evenly spread, and never more than allowed in any
/// minute. Without a limit, as many as there are.
///
/// What the accrual system announced holds for ten minutes; then the pace is raised by a quarter where it was used up, and
/// again after as long, until the accrual system asks for fewer once more or allows so many that they are as good as any number.
package struct Pace: Sendable {
    /// What the owner allows, whatever the accrual system says; nil for any.
    package var configuredMax: Int? {
        didSet { precondition(configuredMax.map { $0 > 0 } ?? true, "a pace lets something go") }
    }
    /// What the accrual system announced, and what it has been raised to since.
    private var announcedMax: Int?
    private var raisedMax: Int?
    private var changedAt: Int64 = 0
    /// Whether about as many went out since then as may: only who needs more asks for more.
    private var wasUsedUp = false

    /// The time in which requests are counted and over which they are spread: a minute, and as long as one may be on its
    /// way, so that late ones do not meet the next minute's.
    private let windowMilliseconds: Int64
    /// What went out in the window, oldest first; `at` is when the last of `count` did.
    private var sent: [(at: Int64, count: Int)] = []
    private var sentCount = 0
    /// When the next one is due, in microseconds, so that odd paces keep their fractions; nil before anybody asked.
    private var nextAtMicroseconds: Int64?

    package static let raiseAfterMilliseconds: Int64 = 600_000
    /// Beyond this a pace limits nothing that a few workers can do.
    private static let raisedMaxLimit = 1_000_000

    package init(requestsPerMinuteMax: Int? = nil, requestTimeoutMilliseconds: Int) {
        precondition(requestsPerMinuteMax.map { $0 > 0 } ?? true, "a pace lets something go")
        configuredMax = requestsPerMinuteMax
        windowMilliseconds = 60_000 + Int64(min(requestTimeoutMilliseconds, Self.latenessMillisecondsMax))
    }

    /// The pace in force; nil for any.
    package var requestsPerMinuteMax: Int? {
        [configuredMax, raisedMax].compactMap { $0 }.min()
    }

    /// The accrual system asked for fewer requests: `requestsPerMinute` where it said so, otherwise what it had announced.
    package mutating func limit(requestsPerMinute count: Int?, now: Int64) {
        precondition(count.map { $0 > 0 } ?? true, "somebody who allows nothing says so by a pause")
        if let count { announcedMax = count }
        raisedMax = announcedMax
        (changedAt, wasUsedUp) = (now, false)
        nextAtMicroseconds = max(nextAtMicroseconds ?? .min, now * 1000)
    }

    /// How many may go out now, of at most `limit`.
    package mutating func allowance(limit: Int, now: Int64) -> Int {
        raiseIfDue(now: now)
        guard let requestsPerMinuteMax else { return limit }
        while let first = sent.first, first.at <= now - windowMilliseconds {
            sentCount -= first.count
            sent.removeFirst()
        }
        // What was not used is not saved up, but for what falls between two looks. A start has none before it.
        let nextAt = max(nextAtMicroseconds ?? now * 1000, now * 1000 - Self.lookBackMicroseconds)
        nextAtMicroseconds = nextAt
        guard now * 1000 >= nextAt else { return 0 }
        let due = (now * 1000 - nextAt) / intervalMicroseconds(requestsPerMinuteMax) + 1
        return max(0, min(limit, Int(due), requestsPerMinuteMax - sentCount))
    }

    /// So many have gone out, no more than there was an allowance for.
    package mutating func noteSent(_ count: Int, now: Int64) {
        guard let requestsPerMinuteMax, count > 0 else { return }
        nextAtMicroseconds =
            (nextAtMicroseconds ?? now * 1000) + Int64(count) * intervalMicroseconds(requestsPerMinuteMax)
        sentCount += count
        if sentCount >= requestsPerMinuteMax - requestsPerMinuteMax / 10 { wasUsedUp = true }
        if let last = sent.last, last.at / Self.countedTogetherMilliseconds == now / Self.countedTogetherMilliseconds {
            sent[sent.count - 1] = (now, last.count + count)
        } else {
            sent.append((now, count))
        }
    }

    private mutating func raiseIfDue(now: Int64) {
        guard let raised = raisedMax, wasUsedUp, now - changedAt >= Self.raiseAfterMilliseconds else { return }
        raisedMax = raised >= Self.raisedMaxLimit ? nil : raised + max(1, raised / 4)
        (changedAt, wasUsedUp) = (now, false)
    }

    private func intervalMicroseconds(_ requestsPerMinute: Int) -> Int64 {
        max(1, windowMilliseconds * 1000 / Int64(requestsPerMinute))
    }

    private static let lookBackMicroseconds: Int64 = 1_000_000
    /// A request that gets there later was held up at the accrual system itself, which had it by then.
    private static let latenessMillisecondsMax = 5000
    /// Requests of one tenth of a second are one entry, as late as its last, so that a window of a minute has 600.
    private static let countedTogetherMilliseconds: Int64 = 100
}
