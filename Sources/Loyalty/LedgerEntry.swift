/// A change of a balance, written down with it and never altered.
package struct LedgerEntry: Equatable, Sendable {
    /// Why the balance changed; raw values are stored in the database.
    package enum Kind: Int64, Sendable, CaseIterable {
        case accrual = 1
        case withdrawal = 2
        /// The owner's own entry.
        case adjustment = 3
        /// A withdrawal that the owner undid.
        case refund = 4
        /// Something that this Martlet does not know.
        case other = 0
    }

    package let kind: Kind
    /// The order that earned the points, or that they were spent on; nil for an adjustment.
    package let order: OrderNumber?
    /// Below zero where points went.
    package let points: Points
    /// What the user had afterwards.
    package let balanceAfter: Points
    package let at: Timestamp

    package init(kind: Kind, order: OrderNumber?, points: Points, balanceAfter: Points, at: Timestamp) {
        self.kind = kind
        self.order = order
        self.points = points
        self.balanceAfter = balanceAfter
        self.at = at
    }
}

extension LedgerEntry.Kind: CustomStringConvertible {
    /// As clients and owners read it.
    package var description: String {
        switch self {
        case .accrual: "accrual"
        case .withdrawal: "withdrawal"
        case .adjustment: "adjustment"
        case .refund: "refund"
        case .other: "other"
        }
    }
}
