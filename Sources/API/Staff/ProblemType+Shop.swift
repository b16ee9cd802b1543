import Web

/// The refusals of the staff API.
extension ProblemType {
    static let ofShop = [
        adjustmentTooLarge, customerUnknown, receiptUnknown, withdrawalUnknown, orderNotCredited,
        customerDisabled, staffUnknown, accrualOff, tooFewPoints, tooManyPoints, receiptCredited, refundedBefore,
        moreThanLeft,
        staffNameTaken, tooManyStaff, lastOwner, backupsOff, backupsElsewhere, idempotencyKeyReused,
    ]

    static let adjustmentTooLarge = ProblemType(
        "adjustment-too-large", .forbidden, "Adjustment too large",
        "A cashier may add or take at most `staff.adjustment_points_max` points at once; the owner may do more.")

    static let customerUnknown = ProblemType(
        "customer-unknown", .notFound, "Unknown customer", "There is no customer with this id, or it was deleted.")

    static let customerDisabled = ProblemType(
        "customer-disabled", .conflict, "Customer disabled",
        "A disabled customer can't spend points. An owner may enable the customer; refunds and returns work as ever.")

    static let receiptUnknown = ProblemType(
        "receipt-unknown", .notFound, "Unknown receipt", "The order has no receipt here.")

    static let withdrawalUnknown = ProblemType(
        "withdrawal-unknown", .notFound, "Unknown withdrawal", "No customer has spent points on this order.")

    static let orderNotCredited = ProblemType(
        "order-not-credited", .notFound, "Order not credited",
        "No customer has uploaded the order, or it has earned nothing, so there is nothing to take back.")

    static let staffUnknown = ProblemType(
        "staff-unknown", .notFound, "Unknown account", "There is no person, or no API key, with this name.")

    static let accrualOff = ProblemType(
        "accrual-off", .notFound, "No receipts here",
        "The server asks another accrual system (`accrual_system_address`), which has the receipts and the rules.")

    static let tooFewPoints = ProblemType(
        "too-few-points", .conflict, "Too few points", "The balance would go below zero; nothing was changed.")

    static let tooManyPoints = ProblemType(
        "too-many-points", .conflict, "Too many points", "An account does not hold that many points.")

    static let receiptCredited = ProblemType(
        "receipt-credited", .conflict, "Credited already",
        "The order has its final status, so its receipt can't be corrected. Take points back by a return instead.")

    static let refundedBefore = ProblemType(
        "refunded-before", .conflict, "Refunded before", "A withdrawal is refunded once; nothing was changed.")

    static let moreThanLeft = ProblemType(
        "more-than-left", .conflict, "More than the order earned",
        "Returns take back what an order earned and no more; the detail has the points that are left.")

    static let staffNameTaken = ProblemType(
        "staff-name-taken", .conflict, "Name taken", "Another person or API key has this name; choose another.")

    static let tooManyStaff = ProblemType(
        "too-many-staff", .conflict, "Too many accounts",
        "The number of people and API keys has reached its limit; remove some first.")

    static let lastOwner = ProblemType(
        "last-owner", .conflict, "The last owner",
        "No active owner would be left who can sign in. Add another owner first.")

    static let backupsOff = ProblemType(
        "backups-off", .conflict, "No folder for backups", "The configuration has no `backups.folder`.")

    static let backupsElsewhere = ProblemType(
        "backups-elsewhere", .conflict, "Backups made elsewhere",
        "The database's own tools make its backups, as the detail says. The server does not start with `backups.folder`."
    )

    static let idempotencyKeyReused = ProblemType(
        "idempotency-key-reused", .unprocessableContent, "Key used before",
        "The `Idempotency-Key` belongs to another request of the last 24 hours. Send a new key with a new request.")
}
