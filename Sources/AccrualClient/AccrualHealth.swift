/// The state of the accrual system.
package enum AccrualHealth: Equatable, Sendable {
    case healthy, throttled
    case troubled(String)

    package var isTroubled: Bool {
        if case .troubled = self { true } else { false }
    }
}

/// Judges the state of the accrual system from its answers.
///
/// A good answer shows that the system is there. A bad one may be the fault of one order; if each were reported, an odd
/// order would be in the log again and again. So the system counts as troubled only after several bad answers in a row
/// that span some time.
struct HealthMonitor {
    private(set) var health: AccrualHealth?
    /// The number of bad answers since the last good one, and the time of the first of them.
    private var badInRow = 0
    private var badSince: Int64?

    private static let badInRowMin = 3
    private static let badForMilliseconds: Int64 = 1000

    /// Takes the answers of one tick into account.
    ///
    /// - Parameter oddCount: The number of bad answers about odd orders, which say nothing about the system.
    /// - Returns: The new state, or `nil` if it has not changed.
    mutating func note(_ counts: AnswerCounts, oddCount: Int = 0, trouble: String?, now: Int64) -> AccrualHealth? {
        if counts.good > 0 || counts.throttled > 0 {
            badInRow = 0
            badSince = nil
            return change(to: counts.good > 0 ? .healthy : .throttled)
        }
        let bad = counts.bad - oddCount
        guard bad > 0, let trouble else { return nil }
        badInRow += bad
        let since = badSince ?? now
        badSince = since
        // At the start there is no earlier state, so the first bad answer counts.
        guard health == nil || badInRow >= Self.badInRowMin && now - since >= Self.badForMilliseconds else {
            return nil
        }
        // A change of the reason while the trouble lasts is not reported.
        return health?.isTroubled == true ? nil : change(to: .troubled(trouble))
    }

    private mutating func change(to new: AccrualHealth) -> AccrualHealth? {
        guard new != health else { return nil }
        health = new
        return new
    }
}
