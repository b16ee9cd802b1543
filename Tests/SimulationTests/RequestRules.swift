/// What may be asked and when, as the accrual system sees it: told from its own answers and from what the owner allows a
/// minute, not from the pipeline's state. A server that starts knows of no pause, and is told at its first question.
struct RequestRules {
    private let requestsPerMinuteMax: Int?
    /// Requests of the last minute.
    private var asked: [Int64] = []
    private var pausedUntil = Int64.min
    private var pace: Int?
    private var announcedAt: Int64 = 0
    /// Of those, the ones since the last announcement.
    private var askedSinceAnnouncement: [Int64] = []

    /// After as long the pipeline may try a quarter more, and again; see ``Pace``.
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
        // Requests that were on their way before anybody knew are excepted: no tolerance beyond that.
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
