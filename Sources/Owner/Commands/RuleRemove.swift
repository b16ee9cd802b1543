import CommandLine
import JSON
import Loyalty
import Storage
import Text

/// Removes a reward rule.
struct RuleRemove: StoreOperation, Equatable {
    let match: String

    static var wire: WireForm<Self> { WireForm("remove_rule", .text("match", \.match), make: Self.init) }

    static let isChange = true

    var summary: String { "rule remove \(match)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let quoted = match.quoted(charactersMax: 80)
        guard case .done(isChanged: true) = try context.apply(.removeRule(matching: match)) else {
            return .failure(ExitStatus.notFound, "there is no rule for \(quoted)")
        }
        return .success(
            JSONObject(["match": .string(match)]),
            text: "the rule for \(quoted) is removed; receipts keep what they earn\n")
    }
}

extension OwnerCommand {
    static let ruleRemove = OwnerCommand(
        "rule remove", "remove the reward rule of MATCH", RuleRemove.self, operands: ["MATCH"], options: [.json],
        details: ["Receipts that were accepted before keep what they earn."], document: #"{"match"}"#,
        statuses: Statuses.find, effect: .changes
    ) { invocation, _ in OwnerRequest(RuleRemove(match: invocation.operand)) }
}
