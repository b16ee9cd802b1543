/// What may be asked and when, as the accrual system sees it: told from its own answers, not from the pipeline's state.
struct RequestRules {
    private var pausedUntil = Int64.min
    private var pace: Int?
    private var announcedAt: Int64 = 0
    /// Requests since the last announcement, of the last minute.
    private var asked: [Int64] = []

    /// After as long the pipeline may try a quarter more, and again; see ``Pace``.
    private static let raiseAfter: Int64 = 600_000
    private static let minute: Int64 = 60_000

    mutating func noteAnswer(pauseSeconds: Int64, requestsPerMinute: Int?, now: Int64) {
        pausedUntil = max(pausedUntil, now + pauseSeconds * 1000)
        guard let requestsPerMinute else { return }
        pace = requestsPerMinute
        announcedAt = now
        // Requests that were on their way before anybody knew are excepted: no tolerance beyond that.
        asked = []
    }

    mutating func noteRequest(now: Int64) throws(Violation) {
        if now < pausedUntil {
            throw Violation(at: now, rule: .retryAfterKept, detail: "asked before \(pausedUntil)")
        }
        guard let pace else { return }
        asked.append(now)
        if let recent = asked.firstIndex(where: { $0 > now - Self.minute }), recent > 0 { asked.removeFirst(recent) }
        var allowed = pace
        for _ in 0..<min(30, (now - announcedAt) / Self.raiseAfter) { allowed += max(1, allowed / 4) }
        if asked.count > allowed {
            throw Violation(at: now, rule: .paceKept, detail: "\(asked.count) asked in a minute, \(allowed) allowed")
        }
    }
}
