/// A change of a balance, recorded in the same transaction and never altered.
package struct LedgerEntry: Equatable, Sendable {
    /// The reason for the change. Raw values are stored in the database.
    package enum Kind: Int64, Sendable, CaseIterable {
        case accrual = 1
        case withdrawal = 2
        /// The owner or the staff gave or took points.
        case adjustment = 3
        /// The owner or the staff gave back the points of a withdrawal.
        case refund = 4
        /// Goods were brought back, and points that their order had earned were taken back.
        case returned = 5
        /// A kind that this version of Martlet does not know.
        case other = 0
    }

    package let kind: Kind
    /// The order that earned the points, or that they were spent on; `nil` for an adjustment.
    package let order: OrderNumber?
    /// Negative if points were removed.
    package let points: Points
    /// The user's balance after the change.
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
    /// The text for clients and owners.
    package var description: String {
        switch self {
        case .accrual: "accrual"
        case .withdrawal: "withdrawal"
        case .adjustment: "adjustment"
        case .refund: "refund"
        case .returned: "return"
        case .other: "other"
        }
    }
}
