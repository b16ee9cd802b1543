import CommandLine
import JSON
import Loyalty
import Storage
import Text

/// The upload and the withdrawal of a number.
struct OrderShow: StoreOperation, Equatable {
    let number: String

    static var wire: WireForm<Self> { WireForm("order", .text("number", \.number), make: Self.init) }

    var summary: String { "order show \(number)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let notFound = CommandResult.failure(ExitStatus.notFound, "there is no order \(number.oneLine)")
        guard let order = try? OrderNumber(parsing: number.utf8) else { return notFound }
        let use = try context.repository.use(of: order)
        guard use.order != nil || use.withdrawal != nil else { return notFound }
        return .success(
            JSONObject([
                "number": .string(order.digits), "upload": use.order.map { .object($0.upload) } ?? .null,
                "withdrawal": use.withdrawal.map { .object($0.document) } ?? .null,
            ]))
    }
}

extension OwnerCommand {
    static let orderShow = OwnerCommand(
        "order show", "show the upload and the withdrawal of a number", OrderShow.self, operands: ["NUMBER"],
        options: [.json], document: #"{"number", "upload": {…}, "withdrawal": {…}}, null if there is none"#,
        statuses: Statuses.find
    ) { invocation, _ in OwnerRequest(OrderShow(number: invocation.operand)) }
}
