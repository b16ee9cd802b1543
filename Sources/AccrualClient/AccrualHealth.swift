/// What the accrual system is like.
package enum AccrualHealth: Equatable, Sendable {
    case healthy, throttled
    case troubled(String)

    package var isTroubled: Bool {
        if case .troubled = self { true } else { false }
    }
}

/// Judges from answers what the accrual system is like. One good answer shows that it is there; a bad one may be the fault of
/// one order, so that only several in a row, for some time, tell of the system: else each odd order would be news.
struct HealthMonitor {
    private(set) var health: AccrualHealth?
    /// Bad answers since the last good one, and when the first of them came.
    private var badInRow = 0
    private var badSince: Int64?

    private static let badInRowMin = 3
    private static let badForMilliseconds: Int64 = 1000

    /// Takes in what a tick brought, bad answers about so many odd orders among it; returns what the accrual system is like
    /// from now on, where that is news.
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
        // At the start there is nothing better to go by.
        guard health == nil || badInRow >= Self.badInRowMin && now - since >= Self.badForMilliseconds else {
            return nil
        }
        // The reason may change while the trouble lasts, and is no news then.
        return health?.isTroubled == true ? nil : change(to: .troubled(trouble))
    }

    private mutating func change(to new: AccrualHealth) -> AccrualHealth? {
        guard new != health else { return nil }
        health = new
        return new
    }
}
