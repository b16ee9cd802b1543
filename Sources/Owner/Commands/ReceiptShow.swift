import CommandLine
import JSON
import Loyalty
import Storage

/// The receipt of an order, and the order's state.
struct ReceiptShow: StoreOperation, Equatable {
    let order: String

    static var wire: WireForm<Self> { WireForm("receipt", .text("number", \.order), make: Self.init) }

    var summary: String { "receipt show \(order)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard let number = try? OrderNumber(parsing: order.utf8) else { return .noReceipt(order) }
        let facts = try context.repository.facts(of: number)
        guard let receipt = facts.receipt else { return .noReceipt(order) }
        return .success(
            JSONObject([
                "order": .string(number.digits), "points": .points(receipt.points),
                "accepted_at": .time(receipt.acceptedAt), "login": .text(facts.customer?.login),
                "status": .text(facts.order?.order.status.name),
                "returned": facts.order.map { .points($0.returned) } ?? .null,
            ]))
    }
}

extension OwnerCommand {
    static let receiptShow = OwnerCommand(
        "receipt show", "show what a receipt earns, and whether its order was credited", ReceiptShow.self,
        operands: ["ORDER"], options: [.json], details: ["The goods of a receipt are not kept."],
        document: #"{"order", "points", "accepted_at", "login", "status", "returned"}, null before the upload"#,
        statuses: Statuses.find
    ) { invocation, _ in OwnerRequest(ReceiptShow(order: invocation.operand)) }
}
