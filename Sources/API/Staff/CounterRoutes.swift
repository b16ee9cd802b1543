import Eventual
import HTTP
import JSON
import Loyalty
import SignIn
import Storage
import Web

/// Points at the counter: spending, adjusting, refunding and returning, and the order numbers that they are about.
struct CounterRoutes {
    let repository: any StaffRepository
    let changes: StaffChanges
    /// The most points that a cashier may give or take at once.
    let adjustmentMax: Points
    let clock: WallClock

    var routes: [Route] {
        [
            Route(
                .post, "/api/staff/customers/{id}/withdrawals", .spendAtCounter, for: .cashier,
                bodyBytesMax: BodyLimit.withdrawalBytes, spend),
            Route(
                .post, "/api/staff/customers/{id}/adjustments", .adjustPoints, for: .cashier,
                bodyBytesMax: BodyLimit.reasonBytes, adjust),
            Route(
                .post, "/api/staff/withdrawals/{number}/refund", .refundWithdrawal, for: .cashier,
                bodyBytesMax: BodyLimit.reasonBytes, refund),
            Route(.get, "/api/staff/orders/{number}", .getOrderFacts, for: .cashier, facts),
            Route(
                .post, "/api/staff/orders/{number}/return", .returnGoods, for: .cashier,
                bodyBytesMax: BodyLimit.reasonBytes, returnGoods),
            Route(
                .post, "/api/staff/order-numbers", .makeOrderNumber, for: .cashier, bodyBytesMax: BodyLimit.orderBytes,
                makeNumber),
        ]
    }

    /// `{"order": "…", "sum": …}`
    private func spend(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let object = try RequestObject(call.body)
        let order = try object.string("order")
        let sum = try object.points("sum")
        let number = try WithdrawalService.number(parsing: order.utf8)
        guard sum > .zero else { throw .sumInvalid("The sum is not above zero.") }
        guard let customer = call.customer else { return .now(Problem.noCustomer.response) }
        let request = try changes.request(of: call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.spend(.id(customer), number, sum), for: request) { .customer($0.account) }
        }
    }

    /// `{"points": …, "reason": "…"}`
    private func adjust(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let object = try RequestObject(call.body)
        let points = try object.points("points")
        let reason = try object.reason()
        guard points != .zero else { throw .sumInvalid("\"points\" is zero.") }
        guard let customer = call.customer else { return .now(Problem.noCustomer.response) }
        if call.staff.account.role < .owner, points.hundredths.magnitude > adjustmentMax.hundredths.magnitude {
            return .now(
                Problem(.adjustmentTooLarge, "A cashier may add or take at most \(adjustmentMax) points at once.")
                    .response)
        }
        let request = try changes.request(of: call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.adjust(.id(customer), points, reason: reason), for: request) {
                .customer($0.account)
            }
        }
    }

    /// `{"reason": "…"}`
    private func refund(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let reason = try RequestObject(call.body).reason()
        let number = try call.orderNumber()
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.refund(number, reason: reason), for: request) { result in
                guard case .refunded(let points, let customer) = result else {
                    preconditionFailure("a refund must result in its points")
                }
                return StaffReply(
                    JSONWriter.object { writer in
                        writer.points("points", points)
                        writer.member("customer", customer) { $1.customer($0) }
                    })
            }
        }
    }

    /// `{"points": …, "reason": "…"}`, all points without `points`.
    private func returnGoods(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let object = try RequestObject(call.body)
        let points = object.has("points") ? try object.points("points") : nil
        let reason = try object.reason()
        if let points, points <= .zero { throw .sumInvalid("\"points\" is not above zero.") }
        let number = try call.orderNumber()
        let request = try changes.request(of: call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.returnGoods(number, points, reason: reason), for: request) { result in
                guard case .returned(let goods) = result else {
                    preconditionFailure("a return must result in its points")
                }
                return StaffReply(
                    JSONWriter.object { writer in
                        writer.points("returned", goods.returned)
                        writer.points("missing", goods.missing)
                        writer.points("left", goods.left)
                        writer.member("customer", goods.customer) { $1.customer($0) }
                    })
            }
        }
    }

    private func facts(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let number = try call.orderNumber()
        return try repository.facts(of: number).map { facts in
            guard !facts.isUnused else {
                return Problem(.orderUnknown, "Nothing is stored under this number.").response
            }
            return .staff { writer in
                writer.text("number", number.digits)
                writer.text("status", facts.order?.order.status.name)
                writer.points("accrual", facts.order.map { $0.order.status == .processed ? $0.order.accrual : .zero })
                writer.points("returned", facts.order?.returned)
                writer.time("uploaded_at", facts.order?.order.uploadedAt)
                writer.member("customer", facts.customer) { $1.customer($0) }
                writer.member("withdrawal", facts.withdrawal) { $1.withdrawal($0) }
                writer.member("spender", facts.spender) { $1.customer($0) }
                writer.member("receipt", facts.receipt) { receipt, writer in
                    writer.object { writer in
                        writer.points("points", receipt.points)
                        writer.time("accepted_at", receipt.acceptedAt)
                    }
                }
            }
        }
    }

    /// `{"digits": "…"}`, or `{}` for a number that is not used yet.
    private func makeNumber(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let object = try RequestObject(call.body)
        guard object.has("digits") else {
            return try UnusedNumber.find(from: clock(), in: repository).map { number throws(LoyaltyError) in
                guard let number else { throw .overloaded(retryAfterSeconds: 1) }
                return Self.response(number)
            }
        }
        let digits = try object.string("digits")
        do throws(OrderNumber.ParseError) {
            return .now(Self.response(try OrderNumber(appendingCheckDigitTo: digits.utf8)))
        } catch {
            throw .orderNumberInvalid(error)
        }
    }

    private static func response(_ number: OrderNumber) -> Response {
        .staff { $0.text("number", number.digits) }
    }
}

extension RequestObject {
    /// The reason of a change.
    func reason() throws(LoyaltyError) -> String {
        let reason = try storableText("reason")
        guard reason.utf8.count <= LedgerNote.reasonBytesMax else {
            throw .malformed("\"reason\" is longer than \(LedgerNote.reasonBytesMax) bytes.")
        }
        guard reason.contains(where: { !$0.isWhitespace }) else { throw .malformed("\"reason\" is empty.") }
        return reason
    }
}
