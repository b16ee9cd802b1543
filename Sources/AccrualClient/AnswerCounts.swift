/// How many answers there were of each kind.
package struct AnswerCounts: Equatable, Sendable {
    package var processed = 0
    package var invalid = 0
    /// The accrual system knows the order and is not done.
    package var pending = 0
    /// The accrual system does not know the order.
    package var unknown = 0
    /// It asked for a pause.
    package var throttled = 0
    /// Answers not to go by.
    package var untrustworthy = 0
    /// No answer.
    package var failed = 0

    /// Answers that show the accrual system at work.
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
