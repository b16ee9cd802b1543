/// What a user has, and has spent so far.
package struct Balance: Equatable, Sendable {
    package let current: Points
    package let withdrawn: Points

    package init(current: Points, withdrawn: Points) {
        self.current = current
        self.withdrawn = withdrawn
    }
}

/// Points that a user spent towards another order.
package struct Withdrawal: Equatable, Sendable {
    package let order: OrderNumber
    package let sum: Points
    package let processedAt: Timestamp

    package init(order: OrderNumber, sum: Points, processedAt: Timestamp) {
        self.order = order
        self.sum = sum
        self.processedAt = processedAt
    }
}

/// What became of a withdrawal.
package enum WithdrawalOutcome: Equatable, Sendable {
    case withdrawn
    /// The same user spent the same sum on the same order before; nothing was debited again.
    case repeated
    case notEnoughPoints
    /// The order was paid for by another user or with another sum.
    case conflict
}
