/// Limits the number of requests per minute.
///
/// The accrual system may allow N requests per minute, and refuses the rest. A counter that starts over each minute
/// would allow twice N around the turn of a minute; and sending all N at once would leave orders unasked for the rest
/// of the minute. So:
///
/// 1. Requests are spread evenly. Time that was not used is not saved up.
/// 2. In any window of a minute there are at most N. The window is a little longer than a minute, because a request
///    takes some time to arrive, and a late one must not count in the next minute at the accrual system.
/// 3. A pace that the accrual system has announced holds for ten minutes. If it was used up by then, it is raised by a
///    quarter, and again every ten minutes, until the accrual system asks for fewer requests or the limit is so high
///    that it limits nothing.
///
/// Without a limit, everything may be sent.
package struct Pace: Sendable {
    /// The owner's limit, which holds whatever the accrual system says; `nil` for none.
    package var configuredMax: Int? {
        didSet { precondition(configuredMax.map { $0 > 0 } ?? true, "a limit must be positive") }
    }
    /// The limit that the accrual system announced, and the value that it has been raised to since.
    private var announcedMax: Int?
    private(set) var raisedMax: Int?
    private var changedAt: Int64 = 0
    /// True if nearly as many requests as allowed have been sent since the last change: only then a higher limit is of
    /// use.
    private var wasUsedUp = false

    /// The window in which requests are counted and over which they are spread: a minute, and the time that a request
    /// may be on its way, so that late ones do not arrive in the next minute.
    private let windowMilliseconds: Int64
    /// The requests sent in the window, oldest first; `at` is the time of the last of `count` requests.
    private var sent: [(at: Int64, count: Int)] = []
    private var sentCount = 0
    /// The time at which the next request is due, in microseconds so that odd paces keep their fractions; `nil` before
    /// the first.
    private var nextAtMicroseconds: Int64?

    package static let raiseAfterMilliseconds: Int64 = 600_000
    /// A higher pace limits nothing that a few workers can do.
    private static let raisedMaxLimit = 1_000_000

    package init(requestsPerMinuteMax: Int? = nil, requestTimeoutMilliseconds: Int) {
        precondition(requestsPerMinuteMax.map { $0 > 0 } ?? true, "a limit must be positive")
        configuredMax = requestsPerMinuteMax
        windowMilliseconds = 60_000 + Int64(min(requestTimeoutMilliseconds, Self.latenessMillisecondsMax))
    }

    /// The pace in force; `nil` if there is no limit.
    package var requestsPerMinuteMax: Int? {
        [configuredMax, raisedMax].compactMap { $0 }.min()
    }

    /// Lowers the pace, because the accrual system asked for fewer requests: to `count` if it named a number, otherwise
    /// to what it had announced before.
    package mutating func limit(requestsPerMinute count: Int?, now: Int64) {
        precondition(count.map { $0 > 0 } ?? true, "requestsPerMinute must be positive")
        if let count { announcedMax = count }
        raisedMax = announcedMax
        (changedAt, wasUsedUp) = (now, false)
        nextAtMicroseconds = max(nextAtMicroseconds ?? .min, now * 1000)
    }

    /// Returns the number of requests that may be sent now, at most `limit`.
    package mutating func allowance(limit: Int, now: Int64) -> Int {
        raiseIfDue(now: now)
        guard let requestsPerMinuteMax else { return limit }
        while let first = sent.first, first.at <= now - windowMilliseconds {
            sentCount -= first.count
            sent.removeFirst()
        }
        // Unused time is not saved up, except for the time between two calls. At the start there is none.
        let nextAt = max(nextAtMicroseconds ?? now * 1000, now * 1000 - Self.lookBackMicroseconds)
        nextAtMicroseconds = nextAt
        guard now * 1000 >= nextAt else { return 0 }
        let due = (now * 1000 - nextAt) / intervalMicroseconds(requestsPerMinuteMax) + 1
        return max(0, min(limit, Int(due), requestsPerMinuteMax - sentCount))
    }

    /// Records that `count` requests were sent, which must not exceed the allowance.
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
    /// The longest time that a request may be on its way. A later one was held up inside the accrual system, which had
    /// received it by then.
    private static let latenessMillisecondsMax = 5000
    /// Requests within a tenth of a second share one element, with the time of the last, so that the window of a minute
    /// has about 600.
    private static let countedTogetherMilliseconds: Int64 = 100
}
