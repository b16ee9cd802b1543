/// The rules for requests, from the point of view of the accrual system: derived from its own answers and from the
/// owner's limit, not from the state of the pipeline. A server that has just started does not know of a pause until its
/// first request is refused.
struct RequestRules {
    private let requestsPerMinuteMax: Int?
    /// The times of the requests of the last minute.
    private var asked: [Int64] = []
    private var pausedUntil = Int64.min
    private var pace: Int?
    private var announcedAt: Int64 = 0
    /// The times of those since the last announcement.
    private var askedSinceAnnouncement: [Int64] = []

    /// The time after which the pipeline may raise the pace by a quarter, and again; see ``Pace``.
    private static let raiseAfter: Int64 = 600_000
    private static let minute: Int64 = 60_000

    init(requestsPerMinuteMax: Int?) {
        self.requestsPerMinuteMax = requestsPerMinuteMax
    }

    mutating func noteAnswer(pauseSeconds: Int64, requestsPerMinute: Int?, now: Int64) {
        pausedUntil = max(pausedUntil, now + pauseSeconds * 1000)
        guard let requestsPerMinute else { return }
        pace = requestsPerMinute
        announcedAt = now
        // Requests that were in flight before the announcement arrived don't count; there is no other tolerance.
        askedSinceAnnouncement = []
    }

    mutating func noteRequest(now: Int64) throws(Violation) {
        if now < pausedUntil {
            throw Violation(at: now, rule: .retryAfterKept, detail: "asked before \(pausedUntil)")
        }
        if let requestsPerMinuteMax { try Self.note(now, in: &asked, allowed: requestsPerMinuteMax) }
        guard let pace else { return }
        var allowed = pace
        for _ in 0..<min(30, (now - announcedAt) / Self.raiseAfter) { allowed += max(1, allowed / 4) }
        try Self.note(now, in: &askedSinceAnnouncement, allowed: allowed)
    }

    private static func note(_ now: Int64, in asked: inout [Int64], allowed: Int) throws(Violation) {
        asked.append(now)
        if let recent = asked.firstIndex(where: { $0 > now - minute }), recent > 0 { asked.removeFirst(recent) }
        if asked.count > allowed {
            throw Violation(at: now, rule: .paceKept, detail: "\(asked.count) asked in a minute, \(allowed) allowed")
        }
    }
}
