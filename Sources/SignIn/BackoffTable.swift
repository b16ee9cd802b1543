import Loyalty

/// How long each of many has to wait before it may try something again that it did too often; pure, and driven by a clock of
/// milliseconds that never steps back.
///
/// So many counts an hour are free. From there on each count doubles the wait, from a second to a maximum, and one attempt is
/// under way at a time. A count is forgotten after its share of the hour.
///
/// The memory is bounded. Over ``keysMax`` the quarter goes that would be forgotten soonest anyway: those that did the least.
/// So whoever wants to have a count of his own forgotten early has to make thousands of others fail more often than he did
/// himself, at the price of a password's hash for each failure. That takes longer than to be forgotten by the clock; and who
/// can fail from so many networks needs no forgetting.
struct BackoffTable<Key: Hashable & Sendable>: Sendable {
    private struct Entry {
        /// When the last of its counts is forgotten. Each count adds its share of the hour, so that this alone says how many there
        /// are (as a leaky bucket's "theoretical arrival time" does; ITU-T I.371).
        var forgottenAt: Int64
        /// When the wait ends, once there are too many.
        var opensAt: Int64
        /// Attempts under way, of which nobody knows yet whether they count.
        var pending = 0
    }

    private static var hourMilliseconds: Int64 { 3_600_000 }
    private static var delayMinMilliseconds: Int64 { 1000 }
    /// Who tries while another attempt is under way is told to come again after it.
    private static var pendingRetryMilliseconds: Int64 { 1000 }

    private let freeMax: Int
    private let delayMaxMilliseconds: Int64
    private let keysMax: Int
    /// After which a count is forgotten.
    private let shareMilliseconds: Int64
    /// After which the wait is the longest.
    private let doublingsMax: Int
    /// Enough for the longest wait after a whole burst: of what was under way at once nothing is free again soon. More counts
    /// would only take longer to be forgotten.
    private let countMax: Int
    private var entries: [Key: Entry] = [:]

    /// - Parameter burstMax: how many attempts of a key may be under way at once.
    init(freePerHour: Int, burstMax: Int, delayMaxMilliseconds: Int64, keysMax: Int) {
        precondition(
            freePerHour > 0 && freePerHour <= Self.hourMilliseconds, "a share of the hour is a millisecond or more")
        precondition(
            delayMaxMilliseconds >= Self.delayMinMilliseconds && burstMax > 0 && keysMax >= 4,
            "there is a wait, somebody who waits, and a quarter")
        (freeMax, self.delayMaxMilliseconds, self.keysMax) = (freePerHour, delayMaxMilliseconds, keysMax)
        shareMilliseconds = Self.hourMilliseconds / Int64(freePerHour)
        var doublings = 0
        while Self.delayMinMilliseconds << Int64(doublings) < delayMaxMilliseconds { doublings += 1 }
        doublingsMax = doublings
        countMax = freePerHour + doublings + burstMax
    }

    /// Milliseconds until the next attempt may begin; 0 for now.
    ///
    /// `countsPending` says whether attempts under way count as if they had failed, so that many at once are no way around
    /// the wait. Without it, only the caller's own limit on what is under way (`burstMax`) bounds a burst of failures.
    func wait(for key: Key, countsPending: Bool, now: Int64) -> Int64 {
        guard let entry = entries[key] else { return 0 }
        if count(of: entry, now) + (countsPending ? entry.pending : 0) < freeMax { return 0 }
        if now < entry.opensAt { return entry.opensAt - now }
        return entry.pending > 0 ? Self.pendingRetryMilliseconds : 0
    }

    /// An attempt is under way, until ``end(_:counts:now:delayMaxMilliseconds:)``.
    mutating func begin(_ key: Key, now: Int64) {
        makeRoom(for: key, now)
        entries[key, default: Entry(forgottenAt: now, opensAt: now)].pending += 1
    }

    /// An attempt is over, and counts or does not.
    mutating func end(_ key: Key, counts: Bool, now: Int64, delayMaxMilliseconds: Int64 = .max) {
        guard var entry = entries[key], entry.pending > 0 else { preconditionFailure("what ends was begun") }
        entry.pending -= 1
        if counts { add(to: &entry, now, delayMaxMilliseconds) }
        entries[key] = entry.pending == 0 && entry.forgottenAt <= now ? nil : entry
    }

    /// Counts what needs no time.
    mutating func count(_ key: Key, now: Int64) {
        begin(key, now: now)
        end(key, counts: true, now: now)
    }

    /// Forgets what was counted; attempts under way stay so.
    mutating func forget(_ key: Key, now: Int64) {
        guard let pending = entries[key]?.pending else { return }
        entries[key] = pending == 0 ? nil : Entry(forgottenAt: now, opensAt: now, pending: pending)
    }

    var keyCount: Int { entries.count }

    private func count(of entry: Entry, _ now: Int64) -> Int {
        let left = max(0, entry.forgottenAt - now)
        return Int((left + shareMilliseconds - 1) / shareMilliseconds)
    }

    private func add(to entry: inout Entry, _ now: Int64, _ delayMaxMilliseconds: Int64) {
        entry.forgottenAt = min(
            max(now, entry.forgottenAt) + shareMilliseconds, now + Int64(countMax) * shareMilliseconds)
        let excess = count(of: entry, now) - freeMax
        guard excess >= 0 else { return }
        let delay = Self.delayMinMilliseconds << Int64(min(excess, doublingsMax))
        entry.opensAt = now + min(delay, self.delayMaxMilliseconds, delayMaxMilliseconds)
    }

    private mutating func makeRoom(for key: Key, _ now: Int64) {
        guard entries.count >= keysMax, entries[key] == nil else { return }
        entries = entries.filter { $0.value.pending > 0 || $0.value.forgottenAt > now }
        guard entries.count >= keysMax else { return }
        let idle = entries.filter { $0.value.pending == 0 }.sorted { $0.value.forgottenAt < $1.value.forgottenAt }
        for (key, _) in idle.prefix(keysMax / 4) { entries[key] = nil }
    }
}
