import Loyalty

/// Counts attempts by key, and says how long a key has to wait before its next attempt. Pure, and driven by a monotonic
/// clock in milliseconds.
///
/// Each key has a number of free counts per hour. After those, each count doubles the wait, from a second up to a
/// maximum, and only one attempt at a time may be in progress. Each count expires after its share of the hour.
///
/// Memory is bounded: when the table exceeds `keysMax`, it drops the quarter of its counters that would expire soonest,
/// which are those with the fewest failures.
///
/// An attacker cannot use this to clear his own counter. He would need thousands of other keys with more failures than
/// his, each at the cost of a password hash; waiting is quicker. And an attacker who controls that many networks has no
/// need to clear anything.
struct BackoffTable<Key: Hashable & Sendable>: Sendable {
    private struct Counter {
        /// The time at which the last count expires. Each count adds its share of the hour, so this time alone
        /// determines how many counts there are (as the "theoretical arrival time" of a leaky bucket does; ITU-T
        /// I.371).
        var expiresAt: Int64
        /// The time at which the wait ends, if there are more counts than the free ones.
        var opensAt: Int64
        /// Attempts in progress, whose result is not known yet.
        var pending = 0
    }

    private static var hourMilliseconds: Int64 { 3_600_000 }
    private static var delayMinMilliseconds: Int64 { 1000 }
    /// The wait for an attempt that arrives while another one of the same key is in progress.
    private static var pendingRetryMilliseconds: Int64 { 1000 }

    private let freeMax: Int
    private let delayMaxMilliseconds: Int64
    private let keysMax: Int
    /// The time after which one count expires.
    private let shareMilliseconds: Int64
    /// The number of doublings after which the wait has reached its maximum.
    private let doublingsMax: Int
    /// The most counts that a key can have: enough for the longest wait after a whole burst, so that attempts which
    /// were in progress at the same time do not become free again soon. Further counts would only take longer to
    /// expire.
    private let countMax: Int
    private var counters: [Key: Counter] = [:]

    /// - Parameter burstMax: The most attempts of one key that can be in progress at the same time.
    init(freePerHour: Int, burstMax: Int, delayMaxMilliseconds: Int64, keysMax: Int) {
        precondition(
            freePerHour > 0 && freePerHour <= Self.hourMilliseconds, "freePerHour must be 1 to 3,600,000")
        precondition(
            delayMaxMilliseconds >= Self.delayMinMilliseconds && burstMax > 0 && keysMax >= 4,
            "delayMax must be at least 1 s, burstMax positive and keysMax at least 4")
        (freeMax, self.delayMaxMilliseconds, self.keysMax) = (freePerHour, delayMaxMilliseconds, keysMax)
        shareMilliseconds = Self.hourMilliseconds / Int64(freePerHour)
        var doublings = 0
        while Self.delayMinMilliseconds << Int64(doublings) < delayMaxMilliseconds { doublings += 1 }
        doublingsMax = doublings
        countMax = freePerHour + doublings + burstMax
    }

    /// Returns the milliseconds until the key's next attempt may begin, or 0 if it may begin now.
    ///
    /// - Parameter countsPending: True if attempts in progress count as if they had failed, so that many at once do not
    ///   avoid the wait. If it is false, only the caller's own limit on attempts in progress (`burstMax`) bounds a
    ///   burst of failures.
    func wait(for key: Key, countsPending: Bool, now: Int64) -> Int64 {
        guard let counter = counters[key] else { return 0 }
        if count(of: counter, now) + (countsPending ? counter.pending : 0) < freeMax { return 0 }
        if now < counter.opensAt { return counter.opensAt - now }
        return counter.pending > 0 ? Self.pendingRetryMilliseconds : 0
    }

    /// Begins an attempt, which is in progress until ``end(_:counts:now:delayMaxMilliseconds:)``.
    mutating func begin(_ key: Key, now: Int64) {
        makeRoom(for: key, now)
        counters[key, default: Counter(expiresAt: now, opensAt: now)].pending += 1
    }

    /// Ends an attempt; `counts` is true if it is to be counted.
    mutating func end(_ key: Key, counts: Bool, now: Int64, delayMaxMilliseconds: Int64 = .max) {
        guard var counter = counters[key], counter.pending > 0 else { preconditionFailure("end without begin") }
        counter.pending -= 1
        if counts { add(to: &counter, now, delayMaxMilliseconds) }
        counters[key] = counter.pending == 0 && counter.expiresAt <= now ? nil : counter
    }

    /// Counts an event that has no duration.
    mutating func count(_ key: Key, now: Int64) {
        begin(key, now: now)
        end(key, counts: true, now: now)
    }

    /// Clears the key's counts. Its attempts in progress remain.
    mutating func forget(_ key: Key, now: Int64) {
        guard let pending = counters[key]?.pending else { return }
        counters[key] = pending == 0 ? nil : Counter(expiresAt: now, opensAt: now, pending: pending)
    }

    var keyCount: Int { counters.count }

    private func count(of counter: Counter, _ now: Int64) -> Int {
        let left = max(0, counter.expiresAt - now)
        return Int((left + shareMilliseconds - 1) / shareMilliseconds)
    }

    private func add(to counter: inout Counter, _ now: Int64, _ delayMaxMilliseconds: Int64) {
        counter.expiresAt = min(
            max(now, counter.expiresAt) + shareMilliseconds, now + Int64(countMax) * shareMilliseconds)
        let excess = count(of: counter, now) - freeMax
        guard excess >= 0 else { return }
        let delay = Self.delayMinMilliseconds << Int64(min(excess, doublingsMax))
        counter.opensAt = now + min(delay, self.delayMaxMilliseconds, delayMaxMilliseconds)
    }

    private mutating func makeRoom(for key: Key, _ now: Int64) {
        guard counters.count >= keysMax, counters[key] == nil else { return }
        counters = counters.filter { $0.value.pending > 0 || $0.value.expiresAt > now }
        guard counters.count >= keysMax else { return }
        let idle = counters.filter { $0.value.pending == 0 }.sorted { $0.value.expiresAt < $1.value.expiresAt }
        for (key, _) in idle.prefix(keysMax / 4) { counters[key] = nil }
    }
}
