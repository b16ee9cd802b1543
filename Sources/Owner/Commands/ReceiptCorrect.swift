import CommandLine
import JSON
import Loyalty
import Rewards
import Storage

/// Replaces the goods of a receipt whose order was not credited yet.
struct ReceiptCorrect: StoreOperation, Equatable {
    let order: String
    let goods: [Good]

    static var wire: WireForm<Self> {
        WireForm("correct_receipt", .text("number", \.order), .goods(\.goods)) { Self(order: $0, goods: $1) }
    }

    static let isChange = true

    var summary: String { "receipt correct \(order)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        if let refusal = try context.receiptRefusal() { return refusal }
        guard let number = try? OrderNumber(parsing: order.utf8) else { return .noReceipt(order) }
        guard let points = try context.earnings(of: goods) else { return .earnsTooMuch }
        switch try context.apply(.correctReceipt(number, earning: points)) {
        case .receipt:
            return .success(
                JSONObject(["order": .string(number.digits), "points": .points(points)]),
                text: "the receipt of the order \(number.digits) earns \(points) points now\n")
        case .refused(.receiptCredited):
            return .failure(
                ExitStatus.refused,
                "the order \(number.digits) has its final status already; martlet return takes points back")
        default: return .noReceipt(order)
        }
    }
}

extension OwnerCommand {
    static let receiptCorrect = OwnerCommand(
        "receipt correct", "replace the goods of a receipt that has not been credited yet", ReceiptCorrect.self,
        operands: ["ORDER"], options: [.json], details: [ReceiptGoods.source], document: #"{"order", "points"}"#,
        statuses: Statuses.change, effect: .changes
    ) { invocation, _ throws(Refusal) in
        OwnerRequest(ReceiptCorrect(order: invocation.operand, goods: try ReceiptGoods.read()))
    }
}
