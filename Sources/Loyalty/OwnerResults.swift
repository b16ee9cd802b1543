/// The result of a change of a user. The login is the one before the change.
package enum UserChangeResult: Equatable, Sendable {
    case changed(login: String)
    /// The user was already in the state that the change would lead to.
    case unchanged(login: String)
    case noSuchUser
}

/// The result of giving points to a user by hand, or taking points.
package enum AdjustmentResult: Equatable, Sendable {
    /// With the balance after the adjustment.
    case adjusted(login: String, Balance)
    case noSuchUser
    /// The balance would go below zero. With the points that the user has; nothing was changed.
    case notEnoughPoints(login: String, Points)
    /// An account does not hold that many points. Nothing was changed.
    case tooManyPoints
}

/// The result of a refund.
package enum RefundResult: Equatable, Sendable {
    /// With the points that were given back, and the balance after that.
    case refunded(Points, Balance)
    case refundedBefore
    case noSuchWithdrawal
}
