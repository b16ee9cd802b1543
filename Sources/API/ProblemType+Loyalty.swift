import HTTP
import Web

/// The refusals of this server's APIs.
extension ProblemType {
    /// Every type of problem that the APIs send, by status.
    static let all = (ofWeb + ofLoyalty + ofShop).sorted { $0.status.rawValue < $1.status.rawValue }

    private static let ofLoyalty = [
        orderNumberMissing, wrongCredentials, notEnoughPoints, wrongCurrentPassword, registrationClosed, orderUnknown,
        ruleUnknown,
        loginTaken,
        orderUploadedByAnother, withdrawalConflict, ruleTaken, tooManyRules, receiptAccepted, invalidOrderNumber,
        invalidSum, tooManyFailures, tooManyRegistrations, tooManyUnfinishedOrders, tooManyStreams,
    ]

    static let orderNumberMissing = ProblemType(
        "order-number-missing", .badRequest, "No order number",
        "The body is empty; send the digits of the order's number.")

    static let wrongCredentials = ProblemType(
        "wrong-credentials", .unauthorized, "Wrong login or password",
        "There is no user with this login and this password. The server does not disclose which of them is wrong.")

    static let notEnoughPoints = ProblemType(
        "not-enough-points", .paymentRequired, "Not enough points",
        "The account has fewer points than the sum; nothing was debited.")

    static let wrongCurrentPassword = ProblemType(
        "wrong-current-password", .forbidden, "Wrong current password",
        "The server takes a new password only together with the one that it replaces.")

    static let orderUnknown = ProblemType(
        "order-unknown", .notFound, "Unknown order",
        "You have uploaded no order with this number. The answer is the same if another user has.")

    static let ruleUnknown = ProblemType(
        "rule-unknown", .notFound, "Unknown rule", "There is no reward rule with this match.")

    static let loginTaken = ProblemType(
        "login-taken", .conflict, "Login taken", "Another user has this login; choose another.")

    static let orderUploadedByAnother = ProblemType(
        "order-uploaded-by-another", .conflict, "Uploaded by another user",
        "An order is credited once, to the user who uploaded it first.")

    static let withdrawalConflict = ProblemType(
        "withdrawal-conflict", .conflict, "Paid for otherwise",
        """
        The order was paid for by another user or with another sum, or its withdrawal was refunded; nothing was debited.
        """)

    static let ruleTaken = ProblemType(
        "rule-taken", .conflict, "Rule exists", "There is a reward rule with this match; remove that first.")

    static let tooManyRules = ProblemType(
        "too-many-rules", .conflict, "Too many rules", "The number of reward rules has reached its limit.")

    static let receiptAccepted = ProblemType(
        "receipt-accepted", .conflict, "Receipt accepted before", "The order has a receipt, which never changes.")

    static let invalidOrderNumber = ProblemType(
        "invalid-order-number", .unprocessableContent, "Not an order number",
        """
        The number has something other than digits, too many of them, or a last digit that is not its check digit (Luhn, \
        ISO/IEC 7812-1). A shop appends that digit to its own numbers: `martlet order number 100100` prints 1001007.
        """)

    static let invalidSum = ProblemType(
        "invalid-sum", .unprocessableContent, "Not a sum",
        "A sum is above zero, has at most two decimal places and is below 92,233,720,368,547,758.08.")

    static let tooManyFailures = ProblemType(
        "too-many-failures", .tooManyRequests, "Too many failed sign-ins",
        """
        Too many sign-ins with this login or from this address have failed. Wait for the seconds of `Retry-After` before the \
        next one.
        """)

    static let tooManyRegistrations = ProblemType(
        "too-many-registrations", .tooManyRequests, "Too many registrations",
        """
        Too many users were registered from this address. Wait for the seconds of `Retry-After` before the next one.
        """)

    static let registrationClosed = ProblemType(
        "registration-closed", .forbidden, "Registration is closed",
        "The owner has closed registration. The staff of the shop adds customers.")

    static let tooManyUnfinishedOrders = ProblemType(
        "too-many-unfinished-orders", .tooManyRequests, "Too many unfinished orders",
        """
        The number of your orders without a final status has reached its limit. The server still answers numbers that you \
        uploaded before.
        """)

    static let tooManyStreams = ProblemType(
        "too-many-streams", .tooManyRequests, "Too many streams",
        "The number of your open event streams has reached its limit. Close one, or try again later.")
}
