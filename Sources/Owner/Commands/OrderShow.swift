import CommandLine
import JSON
import Loyalty
import Storage
import Text

/// The upload, the withdrawal and the receipt of a number.
struct OrderShow: StoreOperation, Equatable {
    let number: String

    static var wire: WireForm<Self> { WireForm("order", .text("number", \.number), make: Self.init) }

    var summary: String { "order show \(number)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let notFound = CommandResult.failure(ExitStatus.notFound, "there is no order \(number.oneLine)")
        guard let order = try? OrderNumber(parsing: number.utf8) else { return notFound }
        let use = try context.repository.use(of: order)
        let facts = try context.repository.facts(of: order)
        guard use.order != nil || use.withdrawal != nil || facts.receipt != nil else { return notFound }
        let returned = JSONObject(["returned": .points(facts.order?.returned ?? .zero)])
        return .success(
            JSONObject([
                "number": .string(order.digits), "upload": use.order.map { .object($0.upload + returned) } ?? .null,
                "withdrawal": use.withdrawal.map { .object($0.document) } ?? .null,
                "receipt": facts.receipt.map {
                    .object(["points": .points($0.points), "accepted_at": .time($0.acceptedAt)])
                } ?? .null,
            ]))
    }
}

extension OwnerCommand {
    static let orderShow = OwnerCommand(
        "order show", "show the upload, the withdrawal and the receipt of a number", OrderShow.self,
        operands: ["NUMBER"],
        options: [.json],
        document:
            #"{"number", "upload": {"login", "status", "accrual", "uploaded_at", "returned"}, "withdrawal": {"login", "sum", "processed_at", "refunded_at", "refunded_by", "reason"}, "receipt": {"points", "accepted_at"}}, null if there is none"#,
        statuses: Statuses.find
    ) { invocation, _ in OwnerRequest(OrderShow(number: invocation.operand)) }
}
