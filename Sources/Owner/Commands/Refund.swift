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
        guard let number = try? OrderNumber(parsing: order.utf8) else { return .nothingSpent(on: order) }
        switch try context.apply(.refund(number, reason: reason)) {
        case .refunded(let points, let account):
            return .success(
                JSONObject(["order": .string(number.digits), "points": .points(points)]) + account.balance.document,
                text: "\(points) points for the order \(number.digits) are given back\n")
        case .refused(.refundedBefore):
            return .refundedBefore(number.digits)
        default: return .nothingSpent(on: order)
        }
    }

    /// The refusal by the facts of the order; `nil` if it can be refunded.
    ///
    /// - Parameter shown: the result of ``OrderShow``.
    static func refusal(of order: String, after shown: CommandResult) -> CommandResult? {
        guard shown.status == ExitStatus.success else {
            return shown.status == ExitStatus.notFound ? .nothingSpent(on: order) : shown
        }
        guard let withdrawal = shown.document?["withdrawal"]?.object else { return .nothingSpent(on: order) }
        return withdrawal["refunded_at"]?.string == nil ? nil : .refundedBefore(order)
    }
}

extension CommandResult {
    fileprivate static func nothingSpent(on order: String) -> CommandResult {
        .failure(ExitStatus.notFound, "no points were spent on an order \(order.oneLine)")
    }

    fileprivate static func refundedBefore(_ order: String) -> CommandResult {
        .failure(ExitStatus.refused, "the order \(order.oneLine) was refunded before; nothing was changed")
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
        let order = invocation.operand
        let refund = Refund(order: order, reason: invocation.value(of: .reason) ?? "")
        guard try OwnerQuestion.isNeeded(invocation) else { return OwnerRequest(refund) }
        let question = OwnerRequest.Question(
            text: "Refund the order \(order.oneLine)?", look: OrderShow(number: order)
        ) { shown in
            Refund.refusal(of: order, after: shown)
        }
        return OwnerRequest(refund, question: question)
    }
}
