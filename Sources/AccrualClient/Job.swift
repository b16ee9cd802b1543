import Loyalty

/// An order that waits to be asked about, and what is known of it so far.
package struct Job: Equatable, Sendable {
    package let order: UnfinishedOrder
    /// Whether it was uploaded since the start and not asked about since.
    package var isNew = false
    /// Answers so far that left it unfinished; each doubles the wait for the next.
    package var attempts: UInt32 = 0
    /// Whether the accrual system was seen to know the order, and the database was told.
    package var isKnown = false
    /// Whether the last question brought no answer to go by.
    package var isSuspect = false
    /// Whether it was forgiven that once, and has brought no good answer since: it may be the order itself.
    package var isOdd = false

    package init(_ order: UnfinishedOrder, isNew: Bool = false) {
        self.order = order
        self.isNew = isNew
    }
}
