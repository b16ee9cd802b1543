import HTTP
import Loyalty
import Web

/// The one place where a refusal of the domain gets its status.
extension Problem {
    init(_ error: LoyaltyError) {
        switch error {
        case .malformed(let detail): self.init(.invalidContent, detail)
        case .loginTaken: self.init(.loginTaken, "The login is taken.")
        case .wrongCredentials: self = .unauthorized(.wrongCredentials, "The login or the password is wrong.")
        case .wrongCurrentPassword: self.init(.wrongCurrentPassword, "The current password is wrong.")
        case .tooManyFailures(let seconds):
            self.init(
                .tooManyFailures, "Too many sign-ins have failed; wait before the next one.",
                fields: [.retryAfter(seconds)])
        case .tooManyRegistrations(let seconds):
            self.init(
                .tooManyRegistrations, "Too many users were registered from this address; wait before the next one.",
                fields: [.retryAfter(seconds)])
        case .registrationClosed:
            self.init(.registrationClosed, "Registration is closed; the shop adds customers itself.")
        case .orderNumberMissing: self.init(.orderNumberMissing, "The body has no order number.")
        case .orderNumberInvalid(let reason): self.init(.invalidOrderNumber, Self.detail(reason))
        case .orderUploadedByAnother: self.init(.orderUploadedByAnother, "Another user uploaded this order.")
        case .tooManyUnfinishedOrders(let seconds):
            self.init(
                .tooManyUnfinishedOrders,
                "Too many of your orders wait for their points; upload more once some have theirs.",
                fields: [.retryAfter(seconds)])
        case .orderUnknown: self.init(.orderUnknown, "You have uploaded no order with this number.")
        case .sumInvalid(let detail): self.init(.invalidSum, detail)
        case .notEnoughPoints: self.init(.notEnoughPoints, "There are not enough points on the account.")
        case .withdrawalConflict:
            self.init(
                .withdrawalConflict,
                "The order was paid for by another user or with another sum, or its withdrawal was refunded.")
        case .overloaded(let seconds): self = .busy(retryAfterSeconds: seconds)
        case .unavailable(let seconds): self = .unavailable(retryAfterSeconds: seconds)
        case .failed, .inDoubt: self = .failed
        }
    }

    static func translating<Value>(_ body: () throws(LoyaltyError) -> Value) throws(Problem) -> Value {
        do throws(LoyaltyError) { return try body() } catch { throw Problem(error) }
    }

    static func detail(_ reason: OrderNumber.ParseError) -> String {
        switch reason {
        case .empty: "The order number is empty."
        case .notDigits: "The order number has something other than digits."
        case .tooLong: "The order number has more than \(OrderNumber.digitsMax) digits."
        case .checkDigit:
            """
            The order number does not pass the Luhn check: its last digit has to follow from the digits before it. Look for a \
            mistyped digit. A shop makes an order number of its own number 100100 with `martlet order number 100100`: 1001007.
            """
        }
    }
}
