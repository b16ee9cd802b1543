/// A change of a balance, written down with it and never altered.
package struct LedgerEntry: Equatable, Sendable {
    /// Why the balance changed; raw values are stored in the database.
    package enum Kind: Int64, Sendable, CaseIterable {
        case accrual = 1
        case withdrawal = 2
        /// Something that this Martlet does not know: an owner's own entry.
        case other = 0
    }

    package let kind: Kind
    /// The order that earned the points, or that they were spent on.
    package let order: OrderNumber
    /// Below zero where points went.
    package let points: Points
    /// What the user had afterwards.
    package let balanceAfter: Points
    package let at: Timestamp

    package init(kind: Kind, order: OrderNumber, points: Points, balanceAfter: Points, at: Timestamp) {
        self.kind = kind
        self.order = order
        self.points = points
        self.balanceAfter = balanceAfter
        self.at = at
    }
}
