/// How many requests may go out, where the accrual system allows so many a minute: evenly spread, and never more than
/// allowed in any minute. Without a limit, as many as there are.
package struct Pace: Sendable {
    package private(set) var requestsPerMinuteMax: Int?

    /// The time in which requests are counted: a minute, and as long as one may wait for its worker, so that late ones do
    /// not meet the next minute's.
    private let windowMilliseconds: Int64
    /// What went out in the window, oldest first.
    private var sent: [(at: Int64, count: Int)] = []
    private var sentCount = 0
    /// When the next one is due, in microseconds, so that odd paces keep their fractions.
    private var nextAtMicroseconds: Int64 = 0

    package init(requestTimeoutMilliseconds: Int) {
        windowMilliseconds = 60_000 + Int64(requestTimeoutMilliseconds)
    }

    package mutating func limit(requestsPerMinute count: Int, now: Int64) {
        precondition(count > 0, "somebody who allows nothing says so by a pause")
        requestsPerMinuteMax = count
        nextAtMicroseconds = max(nextAtMicroseconds, now * 1000)
    }

    /// How many may go out now, of at most `limit`.
    package mutating func allowance(limit: Int, now: Int64) -> Int {
        guard let requestsPerMinuteMax else { return limit }
        while let first = sent.first, first.at <= now - windowMilliseconds {
            sentCount -= first.count
            sent.removeFirst()
        }
        // What was not used is not saved up, but for what falls between two looks.
        nextAtMicroseconds = max(nextAtMicroseconds, now * 1000 - Self.lookBackMicroseconds)
        guard now * 1000 >= nextAtMicroseconds else { return 0 }
        let due = (now * 1000 - nextAtMicroseconds) / Self.intervalMicroseconds(requestsPerMinuteMax) + 1
        return max(0, min(limit, Int(due), requestsPerMinuteMax - sentCount))
    }

    /// So many have gone out, no more than there was an allowance for.
    package mutating func noteSent(_ count: Int, now: Int64) {
        guard let requestsPerMinuteMax, count > 0 else { return }
        nextAtMicroseconds += Int64(count) * Self.intervalMicroseconds(requestsPerMinuteMax)
        sent.append((now, count))
        sentCount += count
    }

    private static func intervalMicroseconds(_ requestsPerMinute: Int) -> Int64 {
        max(1, 60_000_000 / Int64(requestsPerMinute))
    }

    private static let lookBackMicroseconds: Int64 = 1_000_000
}
