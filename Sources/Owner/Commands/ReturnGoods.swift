import CommandLine
import Configuration
import JSON
import Loyalty
import Storage
import Text

/// Takes back points that an order had earned, because goods were brought back.
struct ReturnGoods: StoreOperation, Equatable {
    let order: String
    /// `nil` for all points that are left of what the order earned.
    let points: Points?
    let reason: String

    static var wire: WireForm<Self> {
        WireForm(
            "return", .text("number", \.order), .optionalPoints("hundredths", \.points), .text("reason", \.reason)
        ) { Self(order: $0, points: $1, reason: $2) }
    }

    static let isChange = true

    var summary: String { "return \(order)\(points.map { " \($0)" } ?? ""): \(reason)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard !reason.isEmpty, reason.utf8.count <= LedgerNote.reasonBytesMax else {
            return .failure(ExitStatus.refused, "a return has a reason of 1 to \(LedgerNote.reasonBytesMax) bytes")
        }
        let notFound = CommandResult.failure(ExitStatus.notFound, "no order \(order.oneLine) has earned points")
        guard let number = try? OrderNumber(parsing: order.utf8) else { return notFound }
        switch try context.apply(.returnGoods(number, points, reason: reason)) {
        case .returned(let goods): return .returned(goods, of: number)
        case .refused(.moreThanLeft(let left)):
            return .failure(
                ExitStatus.refused,
                left == .zero
                    ? "everything that the order \(number.digits) had earned was taken back before"
                    : "only \(left) points are left of what the order \(number.digits) had earned")
        case .refused(.noSuchCustomer):
            return .failure(ExitStatus.notFound, "the customer of the order \(number.digits) was deleted")
        default: return notFound
        }
    }
}

extension CommandResult {
    fileprivate static func returned(_ goods: GoodsReturn, of number: OrderNumber) -> CommandResult {
        let login = goods.customer.login
        let missing =
            goods.missing == .zero ? "" : "\(login.oneLine) did not have the other \(goods.missing) points\n"
        return .success(
            JSONObject([
                "order": .string(number.digits), "returned": .points(goods.returned), "missing": .points(goods.missing),
                "left": .points(goods.left), "login": .string(login),
            ]) + goods.customer.balance.document,
            text: missing + "\(goods.returned) points for the order \(number.digits) are taken back; "
                + "\(login.oneLine) has \(goods.customer.balance.current) points now\n")
    }
}

extension OwnerCommand {
    static let goodsReturn = OwnerCommand(
        "return", "take back the points that an order earned, if goods are brought back", ReturnGoods.self,
        operands: ["ORDER", SettingValue.points.optional], options: [.reason.needed, .yes, .json],
        details: [
            "Without POINTS, everything that is left of what the order earned is taken back.",
            "A balance can't go below zero: the command prints how many points the customer did not have.",
            confirmation,
        ], document: #"{"order", "returned", "missing", "left", "login", "current", "withdrawn"}"#,
        statuses: Statuses.change, effect: .changes
    ) { invocation, _ throws(Refusal) in
        guard let reason = invocation.value(of: .reason) else { throw .misuse("--reason is missing") }
        let points = invocation.operands.count > 1 ? try amount(invocation.operands[1]) : nil
        let amount = points.map { "\($0) points" } ?? "the points"
        try OwnerQuestion.confirm("Take back \(amount) of the order \(invocation.operand.oneLine)?", invocation)
        return OwnerRequest(ReturnGoods(order: invocation.operand, points: points, reason: reason))
    }
}
