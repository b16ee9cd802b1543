/// The points that a user has, and those spent so far.
package struct Balance: Equatable, Sendable {
    package let current: Points
    package let withdrawn: Points

    package init(current: Points, withdrawn: Points) {
        self.current = current
        self.withdrawn = withdrawn
    }
}

/// Points that a user spent on an order.
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

/// The result of a withdrawal.
package enum WithdrawalResult: Equatable, Sendable {
    case withdrawn
    /// The same user has already spent the same sum on the same order. Nothing was debited again.
    case repeated
    case notEnoughPoints
    /// Another user, or this user with a different sum, has already spent points on the order.
    case conflict
}
