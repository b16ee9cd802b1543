import CommandLine
import JSON
import Loyalty
import Rewards
import Storage
import Text

/// Stores a receipt, and uploads its order for the customer, if one is named.
struct ReceiptAdd: StoreOperation, Equatable {
    let order: String
    let goods: [Good]
    let customer: UserSelector?

    static var wire: WireForm<Self> {
        WireForm("add_receipt", .text("number", \.order), .goods(\.goods), .optionalUser(\.customer)) {
            Self(order: $0, goods: $1, customer: $2)
        }
    }

    static let isChange = true

    var summary: String { "receipt add \(order)\(customer.map { " for \($0)" } ?? "")" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        if let refusal = try context.receiptRefusal() { return refusal }
        guard let number = try? OrderNumber(parsing: order.utf8) else { return .notAnOrderNumber(order) }
        guard let points = try context.earnings(of: goods) else { return .earnsTooMuch }
        switch try context.apply(.sell(number, earning: points, customer: customer)) {
        case .sold(let sale):
            if let uploaded = sale.uploaded { context.surroundings.pool?.put(uploaded) }
            return sale.result
        case .refused(let refusal): return refused(refusal, number)
        default: return .failure(ExitStatus.software, "the receipt could not be added")
        }
    }

    private func refused(_ refusal: ShopRefusal, _ number: OrderNumber) -> CommandResult {
        let reason: String
        switch refusal {
        case .noSuchCustomer: return customer.map { .noUser($0) } ?? .failure(ExitStatus.notFound, "there is no user")
        case .receiptTaken: reason = "the order \(number.digits) has a receipt already"
        case .receiptCredited: reason = "the order \(number.digits) has its final status already"
        case .orderOfAnother: reason = "another user has uploaded the order \(number.digits)"
        case .tooManyUnfinishedOrders: reason = "the user has as many unfinished orders as allowed"
        default: reason = "the receipt could not be added"
        }
        return .failure(ExitStatus.refused, "\(reason); nothing was changed")
    }
}

extension Sale {
    fileprivate var result: CommandResult {
        .success(
            JSONObject([
                "order": .string(number.digits), "points": .points(points), "login": .text(customer?.login),
                "status": .text(status?.name),
            ]),
            text: "the receipt of the order \(number.digits) earns \(points) points"
                + (customer.map { " for \($0.login.oneLine)\n" } ?? ", once a user uploads the order\n"))
    }
}

extension OwnerCommand {
    static let receiptAdd = OwnerCommand(
        "receipt add", "store the receipt of an order, and upload the order for a user", ReceiptAdd.self,
        operands: ["ORDER"], options: [.buyer, .buyerID, .json],
        details: [
            ReceiptGoods.source,
            "Only the built-in accrual system knows receipts. They earn by the rules in force now.",
        ], document: #"{"order", "points", "login", "status"}, login and status null without a user"#,
        statuses: Statuses.change, effect: .changes
    ) { invocation, _ throws(Refusal) in
        let customer = try invocation.userOfOrders()
        return OwnerRequest(ReceiptAdd(order: invocation.operand, goods: try ReceiptGoods.read(), customer: customer))
    }
}

extension CommandOption {
    fileprivate static let buyer = CommandOption(user.flag, "LOGIN", "the user who bought the goods")
    fileprivate static let buyerID = CommandOption(userID.flag, "N", "the same, by the id that user list prints")
}
