import CommandLine
import JSON
import Loyalty
import Rewards
import Storage

/// The points that a good would earn, with the rules that it fits as rows. Nothing is stored.
struct RuleTry: StoreOperation, Equatable {
    let good: [Good]

    static var wire: WireForm<Self> {
        WireForm("try_rules", .goods(\.good)) { $0.count == 1 ? Self(good: $0) : nil }
    }

    var summary: String { "rule try" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let rules = try context.repository.rules()
        guard let points = Earnings.sum(of: good, by: rules) else { return .earnsTooMuch }
        let fitting = good.flatMap { Earnings.rules(for: $0.description, among: rules) }
        for rule in fitting.prefix(Page.rowsMax) { row(rule.document) }
        return .success(JSONObject(["points": .points(points), "fitting": .integer(Int64(fitting.count))]))
    }
}

extension OwnerCommand {
    static let ruleTry = OwnerCommand(
        "rule try", "show what a good would earn, and by which reward rules", RuleTry.self,
        operands: ["DESCRIPTION", "PRICE"], options: [.json],
        details: ["At most \(Page.rowsMax) of the rules are shown. A receipt rounds the sum of its goods once."],
        document: #"{"points", "fitting", "rules": [{"match", "reward", "reward_type"}]}"#,
        statuses: Statuses.read + [ExitStatus.refused]
    ) { invocation, _ throws(Refusal) in
        let price = try ReceiptGoods.price(invocation.operands[1])
        return OwnerRequest(
            RuleTry(good: [Good(description: invocation.operands[0], price: price)]), rowsName: "rules")
    }
}
