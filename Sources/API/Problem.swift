import HTTP
import JSON
import Loyalty

/// A refusal in the words of the API: a type and a sentence, as `application/problem+json` (RFC 9457).
package struct Problem: Error, Sendable {
    static let mediaType = "application/problem+json"

    let type: ProblemType
    /// For a person; never SQL, a path or a stack.
    let detail: String
    var fields: [Response.Field] = []

    init(_ type: ProblemType, _ detail: String, fields: [Response.Field] = []) {
        self.type = type
        self.detail = detail
        self.fields = fields
    }

    /// The document lacks the request's id, which is added with the answer's (``AnswerFields``).
    package var response: Response {
        let description = type.description
        var writer = JSONWriter()
        writer.object { writer in
            writer.name("type")
            writer.string(type.uri)
            writer.name("title")
            writer.string(description.title)
            writer.name("status")
            writer.literal(String(description.status.rawValue))
            writer.name("detail")
            writer.string(detail)
        }
        var response = Response(description.status, contentType: Self.mediaType, .bytes(writer.bytes))
        for field in fields { response.add(field.name, field.value) }
        return response
    }
}

extension Problem {
    /// What was wrong with a request that could not be read.
    init(_ error: RequestError) {
        self.init(
            ProblemType(unreadable: error.status), error.detail,
            fields: error.status == .serviceUnavailable ? [.retryAfter(1)] : [])
    }

    static func translating<Value>(_ body: () throws(LoyaltyError) -> Value) throws(Problem) -> Value {
        do throws(LoyaltyError) { return try body() } catch { throw Problem(error) }
    }

    /// The one place where the domain's refusals become statuses.
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
        case .overloaded(let seconds):
            self.init(.busy, "The server is busy; nothing happened.", fields: [.retryAfter(seconds)])
        case .unavailable(let seconds):
            self.init(
                .unavailable, "The server can't do this now; nothing happened.", fields: [.retryAfter(seconds)])
        case .failed: self.init(.failed, "The server failed; its log says more.")
        }
    }

    /// Every 401 says how to do better (RFC 9110, section 15.5.2).
    static func unauthorized(_ type: ProblemType, _ detail: String) -> Problem {
        precondition(type.status == .unauthorized, "only a 401 asks for a session")
        return Problem(type, detail, fields: [Response.Field(name: "WWW-Authenticate", value: "Bearer")])
    }

    static func detail(_ reason: OrderNumber.ParseError) -> String {
        switch reason {
        case .empty: "The order number is empty."
        case .notDigits: "The order number has something other than digits."
        case .tooLong: "The order number has more than \(OrderNumber.digitsMax) digits."
        case .checkDigit:
            "The order number does not pass the Luhn check: its last digit has to follow from the digits before it. Look for a "
                + "mistyped digit. A shop makes an order number of its own number 100100 with `martlet order number 100100`: 1001007."
        }
    }
}

extension Response.Field {
    /// In seconds (RFC 9110, section 10.2.3).
    static func retryAfter(_ seconds: Int) -> Response.Field {
        Response.Field(name: "Retry-After", value: String(seconds))
    }
}
