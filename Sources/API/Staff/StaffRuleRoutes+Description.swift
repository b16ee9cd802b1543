import HTTP
import Loyalty
import OpenAPI
import Web

extension Operation {
    private static let tag = "Rules"

    static let listShopRules = Operation(
        id: "listRules", tag: tag, summary: "List the reward rules", description: "The oldest rule comes first.",
        responses: [
            .json(.ok, "The rules.", Schema(.array(of: .shopRule)), example: "[\(Example.rule)]"), .accrualOff,
        ])

    static let addShopRule = Operation(
        id: "addRule", tag: tag, summary: "Grant points for goods",
        body: MediaType("application/json", .shopRule, examples: ["percent": Example.rule]),
        responses: [
            .json(.created, "The rule applies to later receipts.", .shopRule, example: Example.rule), .accrualOff,
            .problem(
                Problem(.ruleTaken, "There is a rule for this match."),
                "There is a rule for the match, or there are too many rules."),
        ])

    static let removeShopRule = Operation(
        id: "deleteRule", tag: tag, summary: "Remove a rule",
        description: "Points that receipts have earned by it stay.",
        parameters: [
            Parameter(
                "match", in: .query, "The rule's match.", .text(bytesMax: RewardRule.matchBytesMax), example: "Bork")
        ],
        responses: [
            Response(.noContent, "The rule is removed."),
            .problem(
                Problem(.ruleUnknown, "There is no rule for this match."),
                "There is no rule for the match, or another accrual system is asked."),
        ])

    static let tryRules = Operation(
        id: "tryRules", tag: tag, summary: "Show what a good would earn",
        body: MediaType("application/json", .shopGood, examples: ["good": Example.good]),
        responses: [.json(.ok, "The good with its points.", .rewardedGood, example: Example.rewardedGood), .accrualOff])
}
