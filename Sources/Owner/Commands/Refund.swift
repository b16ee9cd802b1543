import CommandLine
import JSON
import Loyalty
import Storage
import Text

/// Gives back the points that were spent on an order.
struct Refund: StoreOperation, Equatable {
    let order: String
    /// Empty if none was given.
    let reason: String

    static var wire: WireForm<Self> {
        WireForm("refund", .text("number", \.order), .text("reason", \.reason)) { Self(order: $0, reason: $1) }
    }

    static let isChange = true

    var summary: String { "refund \(order): \(reason)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard reason.utf8.count <= LedgerNote.reasonBytesMax else {
            return .failure(ExitStatus.refused, "a reason has at most \(LedgerNote.reasonBytesMax) bytes")
        }
        let notFound = CommandResult.failure(
            ExitStatus.notFound, "no points were spent on an order \(order.oneLine)")
        guard let number = try? OrderNumber(parsing: order.utf8) else { return notFound }
        switch try context.apply(.refund(number, reason: reason)) {
        case .refunded(let points, let account):
            return .success(
                JSONObject(["order": .string(number.digits), "points": .points(points)]) + account.balance.document,
                text: "\(points) points for the order \(number.digits) are given back\n")
        case .refused(.refundedBefore):
            return .failure(ExitStatus.refused, "the order \(number.digits) was refunded before; nothing was changed")
        default: return notFound
        }
    }
}

extension OwnerCommand {
    static let refund = OwnerCommand(
        "refund", "give back the points that were spent on an order", Refund.self, operands: ["ORDER"],
        options: [.reason, .yes, .json],
        details: [
            "The withdrawal leaves its user's list. Its number stays taken: another withdrawal with it is refused.",
            confirmation,
        ], document: #"{"order", "points", "current", "withdrawn"}"#, statuses: Statuses.change, effect: .changes
    ) { invocation, _ throws(Refusal) in
        try OwnerQuestion.confirm("Refund the order \(invocation.operand.oneLine)?", invocation)
        return OwnerRequest(Refund(order: invocation.operand, reason: invocation.value(of: .reason) ?? ""))
    }
}
