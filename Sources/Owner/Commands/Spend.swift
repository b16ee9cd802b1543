import CommandLine
import Configuration
import JSON
import Loyalty
import Storage
import Text

/// Spends points of a user on an order, as the counter does.
struct Spend: StoreOperation, Equatable {
    let user: UserSelector
    let order: String
    /// Above zero.
    let points: Points

    static var wire: WireForm<Self> {
        WireForm("spend", .user(\.user), .text("number", \.order), .points("hundredths", \.points)) {
            user, order, points in
            points > .zero ? Self(user: user, order: order, points: points) : nil
        }
    }

    static let isChange = true

    var summary: String { "spend \(points) of \(user) on \(order)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard let number = try? OrderNumber(parsing: order.utf8) else { return .notAnOrderNumber(order) }
        switch try context.apply(.spend(user, number, points)) {
        case .customer(let account, let isChanged): return result(account, number, isChanged: isChanged)
        case .refused(let refusal): return refused(refusal, number)
        default: return .failure(ExitStatus.software, "the points could not be spent")
        }
    }

    private func result(_ account: UserAccount, _ number: OrderNumber, isChanged: Bool) -> CommandResult {
        let done =
            isChanged
            ? "\(points) points are spent on the order \(number.digits)"
            : "\(points) points were spent on the order \(number.digits) before; nothing was changed"
        return .success(
            JSONObject([
                "login": .string(account.login), "order": .string(number.digits), "points": .points(points),
                "changed": .bool(isChanged),
            ]) + account.balance.document,
            text: "\(done)\n\(account.login.oneLine) has \(account.balance.current) points now\n")
    }

    private func refused(_ refusal: ShopRefusal, _ number: OrderNumber) -> CommandResult {
        let reason: String
        switch refusal {
        case .noSuchCustomer: return .noUser(user)
        case .notEnoughPoints(let account):
            reason = "\(account.login.oneLine) has only \(account.balance.current) points"
        case .customerDisabled: reason = "the user is disabled, and can't spend points"
        case .withdrawalConflict:
            reason = "the order \(number.digits) was paid for by another user or with another sum, or was refunded"
        default: reason = "the points could not be spent"
        }
        return .failure(ExitStatus.refused, "\(reason); nothing was changed")
    }
}

extension CommandResult {
    /// The refusal of a number that a person typed for a new order or withdrawal.
    static func notAnOrderNumber(_ text: String) -> CommandResult {
        .failure(
            ExitStatus.usage,
            "\(text.quoted(charactersMax: 80)) is not an order number; martlet order number makes one")
    }
}

extension OwnerCommand {
    static let spend = OwnerCommand(
        "spend", "spend a user's points on an order", Spend.self, operands: ["LOGIN", "ORDER", .points],
        options: [.userID.replacing("LOGIN"), .json],
        details: [
            "The same points are spent on an order once, however often the command runs.",
            "martlet refund gives them back. If the sale has no order number, martlet order number makes one.",
        ], document: #"{"login", "order", "points", "changed", "current", "withdrawn"}"#,
        statuses: Statuses.change, effect: .changes
    ) { invocation, _ throws(Refusal) in
        // --user-id takes the place of the first operand.
        let operands = invocation.operands.suffix(2)
        let points = try amount(operands.last ?? "")
        return OwnerRequest(Spend(user: try invocation.user(), order: operands.first ?? "", points: points))
    }
}
