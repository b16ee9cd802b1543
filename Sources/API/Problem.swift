import HTTP
import JSON
import Loyalty

/// A refusal in the words of the API: a status and a sentence, as `application/problem+json` (RFC 9457).
package struct Problem: Error, Sendable {
    let status: Status
    /// For a person; never SQL, a path or a stack.
    let detail: String
    var fields: [Response.Field] = []

    init(_ status: Status, _ detail: String, fields: [Response.Field] = []) {
        self.status = status
        self.detail = detail
        self.fields = fields
    }

    package var response: Response {
        var writer = JSONWriter()
        writer.object { writer in
            writer.name("type")
            writer.string("about:blank")
            writer.name("title")
            writer.string(status.phrase)
            writer.name("status")
            writer.literal(String(status.rawValue))
            writer.name("detail")
            writer.string(detail)
        }
        var response = Response(status, contentType: "application/problem+json", .bytes(writer.bytes))
        for field in fields { response.add(field.name, field.value) }
        return response
    }
}

extension Problem {
    /// What was wrong with a request that could not be read.
    init(_ error: RequestError) {
        self.init(
            error.status, error.detail, fields: error.status == .serviceUnavailable ? [.retryAfter(1)] : [])
    }

    static func translating<Value>(_ body: () throws(LoyaltyError) -> Value) throws(Problem) -> Value {
        do throws(LoyaltyError) { return try body() } catch { throw Problem(error) }
    }

    /// The one place where the domain's refusals become statuses.
    init(_ error: LoyaltyError) {
        switch error {
        case .malformed(let detail): self.init(.badRequest, detail)
        case .loginTaken: self.init(.conflict, "The login is taken.")
        case .wrongCredentials: self = .unauthorized("The login or the password is wrong.")
        case .orderNumberMissing: self.init(.badRequest, "The body has no order number.")
        case .orderNumberInvalid(let reason): self.init(.unprocessableContent, Self.detail(reason))
        case .orderUploadedByAnother: self.init(.conflict, "Another user uploaded this order.")
        case .sumInvalid(let detail): self.init(.unprocessableContent, detail)
        case .notEnoughPoints: self.init(.paymentRequired, "There are not enough points on the account.")
        case .withdrawalConflict:
            self.init(.conflict, "The order was paid for by another user or with another sum.")
        case .overloaded(let seconds):
            self.init(.serviceUnavailable, "The server is busy; nothing happened.", fields: [.retryAfter(seconds)])
        case .unavailable(let seconds):
            self.init(
                .serviceUnavailable, "The server can't do this now; nothing happened.", fields: [.retryAfter(seconds)])
        case .failed: self.init(.internalServerError, "The server failed; its log says more.")
        }
    }

    /// Every 401 says how to do better (RFC 9110, section 15.5.2).
    static func unauthorized(_ detail: String) -> Problem {
        Problem(.unauthorized, detail, fields: [Response.Field(name: "WWW-Authenticate", value: "Bearer")])
    }

    static func detail(_ reason: OrderNumber.ParseError) -> String {
        switch reason {
        case .empty: "The order number is empty."
        case .notDigits: "The order number has something other than digits."
        case .tooLong: "The order number has more than \(OrderNumber.digitsMax) digits."
        case .checkDigit: "The order number does not pass the Luhn check."
        }
    }
}

extension Response.Field {
    /// In seconds (RFC 9110, section 10.2.3).
    static func retryAfter(_ seconds: Int) -> Response.Field {
        Response.Field(name: "Retry-After", value: String(seconds))
    }
}
