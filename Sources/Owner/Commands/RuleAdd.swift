import CommandLine
import JSON
import Loyalty
import Storage
import Text

/// Adds a reward rule to the built-in accrual system.
struct RuleAdd: StoreOperation, Equatable {
    let rule: RewardRule

    static var wire: WireForm<Self> { WireForm("add_rule", .rule(\.rule), make: Self.init) }

    static let isChange = true

    var summary: String { "rule add \(rule.match) \(rule.shownReward)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        switch try context.apply(.addRule(rule)) {
        case .done:
            return .success(
                rule.document, text: "goods with \(rule.quotedMatch) earn \(rule.shownReward) from now on\n")
        case .refused(.rulesFull):
            return .failure(
                ExitStatus.refused,
                "there are as many rules as allowed: \(RewardRule.countMax), and "
                    + "\(RewardRule.allMatchesBytesMax) bytes of their texts")
        default: return .failure(ExitStatus.refused, "there is a rule for \(rule.quotedMatch) already")
        }
    }

    /// Reads `10%`, `25pt` or `25 pt`.
    static func rule(matching match: String, earning text: String) throws(Refusal) -> RewardRule {
        for kind in RewardRule.Kind.allCases where text.hasSuffix(kind.name) {
            var digits = text.dropLast(kind.name.count)
            if digits.last == " " { digits = digits.dropLast() }
            let isPlain = digits.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E }
            guard isPlain, let number = JSONNumber(text: String(digits)),
                let millionths = try? number.scaled(places: RewardRule.places), millionths > 0
            else { break }
            do throws(LoyaltyError) {
                return try RewardRule(match: match, kind: kind, rewardMillionths: millionths)
            } catch {
                throw .refused("MATCH must be a text of 1 to \(RewardRule.matchBytesMax) bytes")
            }
        }
        throw .misuse(
            "\(text.quoted(charactersMax: 80)) is not a reward: a number above zero with at most "
                + "\(RewardRule.places) decimals, and then % of the price or pt, points")
    }
}

extension OwnerCommand {
    static let ruleAdd = OwnerCommand(
        "rule add", "let goods whose description contains MATCH earn points", RuleAdd.self,
        operands: ["MATCH", "REWARD"], options: [.json],
        details: [
            "REWARD is 10% of the price, or 25pt, points for each good. A good earns by each rule that it fits.",
            "Receipts that were accepted before keep what they earn.",
        ], document: #"{"match", "reward", "reward_type"}"#, statuses: Statuses.read + [ExitStatus.refused],
        effect: .changes
    ) { invocation, _ throws(Refusal) in
        OwnerRequest(RuleAdd(rule: try RuleAdd.rule(matching: invocation.operands[0], earning: invocation.operands[1])))
    }
}

extension RewardRule {
    fileprivate var quotedMatch: String { match.quoted(charactersMax: 80) }
}
