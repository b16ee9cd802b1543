import Eventual
import HTTP
import JSON
import Loyalty
import Rewards
import Storage
import Web

/// Selling: receipts, and what they would earn.
struct StaffReceiptRoutes {
    /// `nil` if another accrual system is asked.
    let rewards: RewardService?
    let changes: StaffChanges

    var routes: [Route] {
        [
            Route(
                .post, "/api/staff/receipts/preview", .previewReceipt, for: .cashier,
                bodyBytesMax: BodyLimit.receiptBytes, preview),
            Route(
                .post, "/api/staff/receipts", .sell, for: .cashier, bodyBytesMax: BodyLimit.receiptBytes, sell),
            Route(
                .put, "/api/staff/receipts/{number}", .correctReceipt, for: .cashier,
                bodyBytesMax: BodyLimit.receiptBytes, correct),
        ]
    }

    /// `{"goods": […]}`
    private func preview(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let rewards else { return .now(Problem.accrualOff.response) }
        let goods = try [Good](sold: try RequestObject(call.body, valuesMax: Receipt.valuesMax))
        return try rewards.preview(of: goods).map { preview in
            .staff { writer in
                writer.points("points", preview.points)
                writer.name("goods")
                writer.array { writer in
                    for (good, reward) in zip(goods, preview.goods) { writer.good(good, reward) }
                }
            }
        }
    }

    /// `{"order": "…", "goods": […], "customer": …}`
    private func sell(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let rewards else { return .now(Problem.accrualOff.response) }
        let object = try RequestObject(call.body, valuesMax: Receipt.valuesMax)
        let number = try WithdrawalService.number(parsing: try object.string("order").utf8)
        let goods = try [Good](sold: object)
        var customer: UserSelector?
        if object.has("customer") {
            let id: Int64 = try object.decimal("customer", places: 0)
            customer = UserSelector(id: id)
            if customer == nil { return .now(Problem.noCustomer.response) }
        }
        let points = try rewards.earnings(of: Receipt(order: number, goods: goods))
        let request = try changes.request(of: call)
        return .later { [customer] () async throws(LoyaltyError) in
            let earned = try await points.get()
            return try await changes.apply(.sell(number, earning: earned, customer: customer), for: request) {
                guard case .sold(let sale) = $0 else { preconditionFailure("a sale must result in the sale") }
                return StaffReply(sale)
            }
        }
    }

    /// `{"goods": […]}`
    private func correct(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let rewards else { return .now(Problem.accrualOff.response) }
        let number = try call.orderNumber()
        let goods = try [Good](sold: try RequestObject(call.body, valuesMax: Receipt.valuesMax))
        let points = try rewards.earnings(of: Receipt(order: number, goods: goods))
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            let earned = try await points.get()
            return try await changes.apply(.correctReceipt(number, earning: earned), for: request) { result in
                guard case .receipt(let number, let points) = result else {
                    preconditionFailure("a correction must result in the receipt")
                }
                return StaffReply(
                    JSONWriter.object { writer in
                        writer.text("order", number.digits)
                        writer.points("points", points)
                    })
            }
        }
    }
}

extension StaffReply {
    fileprivate init(_ sale: Sale) {
        self.init(
            .created,
            JSONWriter.object { writer in
                writer.text("order", sale.number.digits)
                writer.points("points", sale.points)
                writer.member("customer", sale.customer) { $1.customer($0) }
                writer.text("status", sale.status?.name)
            })
    }
}

extension [Good] {
    /// The goods of a receipt at the counter, which has at least one. The accrual system takes receipts of other
    /// programs, whose goods may be none or lack a description: they earn nothing there.
    fileprivate init(sold object: RequestObject) throws(LoyaltyError) {
        try self.init(object)
        guard !isEmpty else { throw .malformed("\"goods\" has no entries.") }
        for good in self { try good.checkDescription() }
    }
}

extension Good {
    /// Throws ``Loyalty/LoyaltyError/malformed(_:)`` if the description shows nothing.
    func checkDescription() throws(LoyaltyError) {
        guard description.contains(where: { !$0.isWhitespace }) else {
            throw .malformed("A \"description\" is empty.")
        }
    }
}

extension JSONWriter {
    /// A good with what it earns.
    package mutating func good(_ good: Good, _ reward: GoodReward) {
        object { writer in
            writer.text("description", good.description)
            writer.name("price")
            writer.literal(good.priceText)
            writer.points("points", reward.points)
            writer.text("rule", reward.matches.isEmpty ? nil : reward.matches.joined(separator: ", "))
        }
    }
}
