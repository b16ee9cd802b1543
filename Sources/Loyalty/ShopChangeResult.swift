/// The result of a ``ShopChange``. Nothing was changed, and nothing recorded, if it was refused.
package enum ShopChangeResult: Equatable, Sendable {
    /// The customer after the change. `isChanged` is false if the customer was already in that state; then nothing was
    /// recorded.
    case customer(UserAccount, isChanged: Bool)
    case sold(Sale)
    /// A receipt earns these points now.
    case receipt(OrderNumber, Points)
    /// The points that were given back, and the customer after that.
    case refunded(Points, UserAccount)
    case returned(GoodsReturn)
    /// The account after the change. `isChanged` is false if it was already in that state; then nothing was recorded.
    case staff(StaffAccount, isChanged: Bool)
    /// `isChanged` is false if the shop was already in that state; then nothing was recorded.
    case done(isChanged: Bool)
    case refused(ShopRefusal)
}

extension ShopChangeResult {
    /// True if a repeated request gets the response to this result instead of being done again. A refused change is
    /// decided again, because it changed nothing, and the reason may be gone by then.
    package var isKept: Bool {
        if case .refused = self { false } else { true }
    }
}

/// The reason for which a ``ShopChange`` was refused.
package enum ShopRefusal: Equatable, Sendable {
    /// The actor's role is too low, or the actor's account is not active any more.
    case notAllowed
    /// There is no such customer, or the customer was deleted.
    case noSuchCustomer
    case loginTaken
    /// The balance would go below zero. With the customer as they are.
    case notEnoughPoints(UserAccount)
    /// An account does not hold that many points.
    case tooManyPoints
    /// The order has a receipt already.
    case receiptTaken
    /// There is no receipt of this order.
    case noSuchReceipt
    /// The order of the receipt has a final status.
    case receiptCredited
    /// Another customer has uploaded the order.
    case orderOfAnother
    /// The customer has reached the limit of unfinished orders.
    case tooManyUnfinishedOrders
    /// Another withdrawal has the order's number.
    case withdrawalConflict
    /// The customer is disabled, and so can't spend points.
    case customerDisabled
    case noSuchWithdrawal
    case refundedBefore
    /// No customer has uploaded the order, or it has earned nothing.
    case orderNotCredited
    /// More points than are left of what the order earned. With the points that are left.
    case moreThanLeft(Points)
    /// There is a rule for this match.
    case matchTaken
    /// The number of rules, or of bytes in their matches, has reached its limit.
    case rulesFull
    case noSuchRule
    case staffNameTaken
    /// There are ``StaffAccount/countMax`` accounts.
    case staffFull
    /// There is no person, or no key, of this name.
    case noSuchStaff
    /// No active owner who can sign in would be left. Commands may make the change all the same.
    case lastOwner
}

/// A receipt that was accepted.
package struct Sale: Equatable, Sendable {
    package let number: OrderNumber
    package let points: Points
    /// The customer whose order it is; `nil` if no customer has uploaded the order yet.
    package let customer: UserAccount?
    /// The status of the order; `nil` if no customer has uploaded it yet.
    package let status: Order.Status?
    /// The order that was uploaded with the receipt, for the accrual pipeline; `nil` if none was.
    package let uploaded: UnfinishedOrder?

    package init(
        number: OrderNumber, points: Points, customer: UserAccount?, status: Order.Status?, uploaded: UnfinishedOrder?
    ) {
        self.number = number
        self.points = points
        self.customer = customer
        self.status = status
        self.uploaded = uploaded
    }
}

/// Points that an order had earned and that were taken back.
package struct GoodsReturn: Equatable, Sendable {
    /// The points that were taken.
    package let returned: Points
    /// The points that the balance did not cover.
    package let missing: Points
    /// The points that may still be taken back for the order.
    package let left: Points
    /// The customer after the return.
    package let customer: UserAccount

    package init(returned: Points, missing: Points, left: Points, customer: UserAccount) {
        (self.returned, self.missing, self.left, self.customer) = (returned, missing, left, customer)
    }
}
