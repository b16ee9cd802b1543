/// The number of answers of each kind.
package struct AnswerCounts: Equatable, Sendable {
    package var processed = 0
    package var invalid = 0
    /// The accrual system knows the order and has not finished with it.
    package var pending = 0
    /// The accrual system does not know the order.
    package var unknown = 0
    /// The accrual system asked for a pause.
    package var throttled = 0
    /// Answers that can't be relied on.
    package var untrustworthy = 0
    /// Requests without an answer.
    package var failed = 0

    /// Answers that show that the accrual system works.
    package var good: Int { processed + invalid + pending + unknown }
    package var bad: Int { untrustworthy + failed }

    package static func += (all: inout AnswerCounts, more: AnswerCounts) {
        all.processed += more.processed
        all.invalid += more.invalid
        all.pending += more.pending
        all.unknown += more.unknown
        all.throttled += more.throttled
        all.untrustworthy += more.untrustworthy
        all.failed += more.failed
    }
}
