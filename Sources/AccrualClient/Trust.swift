/// The reliability of an order, judged by the answers about it so far.
///
/// An answer is bad if none arrives in time, or if it can't be relied on. A bad answer has one of two causes: the
/// accrual system is in trouble, or it stumbles over this one order. A single answer does not show which. So an order
/// with a bad answer is first a suspect. If the accrual system turns out to be in trouble, all suspects are forgiven
/// when the trouble ends. If the accrual system then fails again for a forgiven order, the order is odd.
package enum Trust: Equatable, Sendable {
    /// The last answer was good, or there was none yet.
    case trusted
    /// The last answer was bad.
    case suspect
    /// Its bad answers were put down to the accrual system, and there has been no answer since.
    case forgiven
    /// It was forgiven, and the next answer was bad again. It is not forgiven a second time, and its bad answers no
    /// longer count against the accrual system.
    case odd

    /// True if the last answer was bad, so that the next request may take up its worker for a whole time-out.
    package var isSuspect: Bool { self == .suspect || self == .odd }

    /// True if a further bad answer says something about the order, and nothing about the accrual system.
    var isToBlame: Bool { self == .forgiven || self == .odd }

    package mutating func noteBadAnswer() {
        self = isToBlame ? .odd : .suspect
    }
}
