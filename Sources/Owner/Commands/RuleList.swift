import CommandLine
import JSON
import Loyalty
import Storage

/// A page of the reward rules, the oldest first, after a given number of them.
struct RuleList: StoreOperation, Equatable {
    let after: Int64

    static var wire: WireForm<Self> {
        WireForm("rules", .integer("after", \.after)) { $0 >= 0 ? Self(after: $0) : nil }
    }

    var summary: String { "rule list" }

    func next(from position: Int64, wanted: Int?) -> Self? { position > after ? Self(after: position) : nil }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let rest = try context.repository.rules().dropFirst(Int(after))
        let rules = rest.prefix(Page.rowsMax)
        for rule in rules { row(rule.document) }
        return .success(JSONObject([:]), next: rules.count < rest.count ? after + Int64(rules.count) : nil)
    }
}

extension OwnerCommand {
    static let ruleList = OwnerCommand(
        "rule list", "list the reward rules of the built-in accrual system, the oldest first", RuleList.self,
        options: [.json], document: #"{"rules": [{"match", "reward", "reward_type"}]}"#
    ) { _, _ in OwnerRequest(RuleList(after: 0), rowsName: "rules") }
}

extension RewardRule {
    var document: JSONObject {
        JSONObject(["match": .string(match), "reward": .decimal(reward), "reward_type": .string(kind.name)])
    }

    /// `10%`, `25pt`
    var shownReward: String { reward + kind.name }
}

extension JSONValue {
    /// The number of a decimal literal.
    private static func number(of literal: String) -> JSONNumber {
        guard let number = JSONNumber(text: literal) else {
            preconditionFailure("a reward's text must be a JSON number")
        }
        return number
    }

    static func decimal(_ literal: String) -> JSONValue { .number(number(of: literal)) }
}
