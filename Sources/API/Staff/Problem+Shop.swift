import Loyalty
import Web

/// The one place where a refused change of the shop gets its status.
extension Problem {
    init(_ refusal: ShopRefusal, of change: ShopChange) {
        switch refusal {
        case .notAllowed: self = .forbidden
        case .noSuchCustomer: self = .noCustomer
        case .loginTaken: self.init(.loginTaken, "The login is taken.")
        case .notEnoughPoints(let customer):
            if case .spend = change {
                self.init(
                    .notEnoughPoints, "There are not enough points on the account: \(customer.balance.current).")
            } else {
                self.init(.tooFewPoints, "The customer has only \(customer.balance.current) points.")
            }
        case .tooManyPoints: self.init(.tooManyPoints, "An account can't hold that many points.")
        case .receiptTaken: self.init(.receiptAccepted, "The order has a receipt already.")
        case .noSuchReceipt: self.init(.receiptUnknown, "There is no receipt of this order.")
        case .receiptCredited: self.init(.receiptCredited, "The order was credited, so its receipt stays.")
        case .orderOfAnother: self.init(.orderUploadedByAnother, "Another customer uploaded this order.")
        case .tooManyUnfinishedOrders:
            self.init(
                .tooManyUnfinishedOrders, "Too many orders of this customer wait for their points.",
                fields: [.retryAfter(60)])
        case .withdrawalConflict: self = Problem(LoyaltyError.withdrawalConflict)
        case .customerDisabled:
            self.init(.customerDisabled, "The customer is disabled, and can't spend points.")
        case .noSuchWithdrawal: self.init(.withdrawalUnknown, "No points were spent on this order.")
        case .refundedBefore: self.init(.refundedBefore, "The withdrawal was refunded before.")
        case .orderNotCredited: self.init(.orderNotCredited, "No customer has earned points with this order.")
        case .moreThanLeft(let left):
            self.init(.moreThanLeft, "Of what the order earned, \(left) points are left to take back.")
        case .matchTaken: self.init(.ruleTaken, "There is a rule for this match.")
        case .rulesFull: self.init(.tooManyRules, "There are as many rules, or bytes of their matches, as may be.")
        case .noSuchRule: self.init(.ruleUnknown, "There is no rule for this match.")
        case .staffNameTaken: self.init(.staffNameTaken, "Another account of the staff has this name.")
        case .staffFull: self.init(.tooManyStaff, "There are \(StaffAccount.countMax) accounts; that is the limit.")
        case .noSuchStaff: self.init(.staffUnknown, "There is no such account.")
        case .lastOwner: self.init(.lastOwner, "The shop needs another active owner first.")
        }
    }

    static let noCustomer = Problem(.customerUnknown, "There is no customer with this id.")
    static let accrualOff = Problem(
        .accrualOff, "Another accrual system is asked, so there are no receipts and rules here.")
    static let backupsOff = Problem(.backupsOff, "The configuration names no folder for backups.")

    /// - Parameter reason: a sentence that says what makes them.
    static func backupsElsewhere(_ reason: String) -> Problem { Problem(.backupsElsewhere, reason) }
}
