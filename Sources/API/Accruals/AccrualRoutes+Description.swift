import HTTP
import Loyalty
import OpenAPI
import Rewards
import Web

extension Operation {
    static let addRule = Operation(
        id: "addRule", tag: "Rules", summary: "Grant points for goods",
        body: MediaType(
            "application/json", .rule, examples: ["percent": #"{"match":"Bork","reward":10,"reward_type":"%"}"#]),
        responses: [
            Response(.ok, "The rule applies to later receipts."),
            .problem(
                LoyaltyError.malformed("\"reward\" is not above zero."),
                "The body is not that object, the match is empty, the reward is not above zero, or the type is unknown."
            ),
            .problem(
                Problem(.ruleTaken, "There is a rule for this match."),
                "There is a rule for the match, or there are \(RewardRule.countMax) rules."),
        ])

    static let listRules = Operation(
        id: "listRules", tag: "Rules", summary: "List the rules", description: "The oldest rule comes first.",
        responses: [
            Response(
                .ok, "The rules.",
                content: [
                    MediaType(
                        "application/json", Schema(.array(of: .rule), "", [.minItems(1)]),
                        examples: ["rules": #"[{"match":"Bork","reward":10,"reward_type":"%"}]"#])
                ]),
            Response(.noContent, "There are no rules."),
        ])

    static let removeRule = Operation(
        id: "removeRule", tag: "Rules", summary: "Remove a rule",
        description: "Points that receipts have earned by it stay.",
        parameters: [
            Parameter(
                "match", in: .path, "The rule's match, percent-encoded.",
                Schema(.string, "", [.minLength(1)], example: #""Bork""#))
        ],
        responses: [
            Response(.noContent, "The rule was removed."),
            .problem(LoyaltyError.malformed("The match in the path is not UTF-8."), "The match is not UTF-8."),
            .problem(Problem(.ruleUnknown, "There is no rule for this match."), "There is no rule for the match."),
        ])

    static let acceptReceipt = Operation(
        id: "acceptReceipt", tag: "Receipts", summary: "Send the receipt of an order",
        description:
            "The receipt earns points by the rules of this moment. Later changes of the rules do not affect it.",
        body: MediaType(
            "application/json", .receipt,
            examples: [
                "receipt": #"{"order":"12345678903","goods":[{"description":"Kettle Bork","price":7000}]}"#
            ]),
        responses: [
            Response(.accepted, "The receipt is stored. Its points are known within a second."),
            .problem(
                LoyaltyError.malformed("\"price\" is below zero."),
                "The body is not that object, the number is not an order number, or a price is below zero."),
            .problem(Problem(.receiptAccepted, "The order was accepted before."), "The order has a receipt already."),
        ])

    static let receiptStatus = Operation(
        id: "getAccrual", tag: "Receipts", summary: "Show the points of an order",
        parameters: [
            Parameter(
                "number", in: .path, "The number of an order.", Schema(.string, "", [.minLength(1)]),
                example: "12345678903")
        ],
        responses: [
            Response(
                .ok, "The status of the order.",
                content: [
                    MediaType(
                        "application/json", .accrual,
                        examples: ["processed": #"{"order":"12345678903","status":"PROCESSED","accrual":700}"#])
                ]),
            Response(.noContent, "The order has no receipt."),
            Response(
                .tooManyRequests, "More requests than `accrual.requests_per_minute` allows.",
                headers: [.retryAfter],
                content: [
                    MediaType(
                        "text/plain",
                        Schema(.string, "", [.pattern("^No more than [0-9]+ requests per minute allowed$")]),
                        examples: ["limit": "No more than 60 requests per minute allowed"])
                ]),
        ])
}

extension Schema {
    fileprivate static let rule = Schema(
        .object(
            [
                Property(
                    "match",
                    Schema(
                        .string, "",
                        [.minLength(1), .maxLength(RewardRule.matchBytesMax), .pattern(RequestObject.textPattern)]),
                    "A text that the good's description contains, byte for byte; at most \(RewardRule.matchBytesMax) bytes."
                ),
                Property(
                    "reward",
                    Schema(
                        .number, "",
                        [.above("0"), .multipleOf("0.000001"), .maximum("9223372036854.775807")]),
                    "The reward, with at most \(RewardRule.places) decimals."),
                Property(
                    "reward_type", Schema(.string, "", [.oneOf(RewardRule.Kind.allCases.map(\.name))]),
                    "`%` of the good's price, or `pt`, points."),
            ], isClosed: false),
        named: "Rule", "The points for a good whose description contains a text.")

    fileprivate static let receipt = Schema(
        .object(
            [
                Property("order", .spacedOrderNumber),
                Property("goods", Schema(.array(of: .good)), "The goods that were bought."),
            ], isClosed: false),
        named: "Receipt", "The goods of an order. Other members are ignored.")

    private static let good = Schema(
        .object(
            [
                Property("description", Schema(.string), "The text in which rules look for their match."),
                Property(
                    "price",
                    Schema(.number, "", [.minimum("0"), .multipleOf("1e-18")]),
                    "The price in roubles, with at most 18 decimals."),
            ], isClosed: false),
        named: "Good")

    fileprivate static let accrual = Schema(
        .object(
            [
                Property("order", .orderNumber),
                Property(
                    "status", Schema(.string, "", [.oneOf(["REGISTERED", "PROCESSING", "PROCESSED"])]),
                    "`PROCESSED` is final."),
                Property(
                    "accrual", .points, "The points, if the status is `PROCESSED` and there are any.", isRequired: false
                ),
            ], isClosed: true),
        named: "Accrual", "The points of an order.")
}
