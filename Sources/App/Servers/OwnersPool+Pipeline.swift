import AccrualClient
import JSON
import Owner
import Posix

extension OwnersPool {
    /// - Parameter isBuiltIn: true if the pipeline asks the built-in accrual system.
    init(_ pipeline: AccrualPipeline, isBuiltIn: Bool) {
        self.init(
            knowsReceipts: isBuiltIn,
            document: { pipeline.snapshot.document(now: SystemClock.monotonicMilliseconds()) },
            state: { (pipeline.snapshot.unsettled, pipeline.snapshot.stateName) },
            abandon: { pipeline.pool.abandon($0) }, put: { pipeline.pool.put($0) })
    }
}

extension JobDispatcher.Snapshot {
    /// The number of orders in memory that wait for the accrual system or are being asked about.
    var unsettled: Int { waiting + inFlight }

    /// The state of the accrual system, as ``ShopSurroundings`` names it.
    var stateName: String {
        switch health {
        case .healthy: "healthy"
        case .throttled: "throttled"
        case .troubled: "troubled"
        case nil: "unknown"
        }
    }

    /// The state of the pipeline, as `martlet pool` prints it.
    ///
    /// - Parameter now: the time of the monotonic clock, in milliseconds.
    fileprivate func document(now: Int64) -> JSONObject {
        let state =
            switch health {
            case .healthy?: "healthy"
            case .throttled?: "throttled"
            case .troubled(let reason)?: reason
            case nil: "unknown"
            }
        return JSONObject([
            "waiting": .integer(waiting), "in_flight": .integer(inFlight), "users": .integer(pool.users),
            "more_in_database": .bool(pool.hasUnread), "health": .string(state),
            "requests_per_minute": requestsPerMinuteMax.map { .integer($0) } ?? .null,
            "paused_s": .integer(pausedUntil.map { max(0, ($0 - now + 999) / 1000) } ?? 0),
            "last_answer_s": lastAnswerAt.map { .integer(max(0, (now - $0) / 1000)) } ?? .null,
            "answers": .object([
                "processed": .integer(answers.processed), "invalid": .integer(answers.invalid),
                "pending": .integer(answers.pending), "unknown": .integer(answers.unknown),
                "throttled": .integer(answers.throttled), "untrustworthy": .integer(answers.untrustworthy),
                "failed": .integer(answers.failed),
            ]),
        ])
    }
}
