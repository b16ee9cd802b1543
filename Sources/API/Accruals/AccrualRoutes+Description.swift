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
            Response(.ok, "The rule counts for the receipts to come."),
            .problem(
                LoyaltyError.malformed("\"reward\" is not above zero."),
                "The body is not that object, the match is empty, the reward is not above zero, or the type is unknown."
            ),
            .problem(
                Problem(.ruleTaken, "There is a rule for this match."),
                "There is a rule for the match, or there are \(RewardRule.countMax) rules."),
        ])

    static let listRules = Operation(
        id: "listRules", tag: "Rules", summary: "List the rules", description: "The oldest comes first.",
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
        description: "What receipts earned by it stays.",
        parameters: [
            Parameter(
                "match", in: .path, "The rule's match, percent-encoded.",
                Schema(.string, "", [.minLength(1)], example: #""Bork""#))
        ],
        responses: [
            Response(.noContent, "The rule is gone."),
            .problem(LoyaltyError.malformed("The match in the path is not UTF-8."), "The match is not UTF-8."),
            .problem(Problem(.ruleUnknown, "There is no rule for this match."), "There is no rule for the match."),
        ])

    static let acceptReceipt = Operation(
        id: "acceptReceipt", tag: "Receipts", summary: "Send the receipt of an order",
        description: "It earns by the rules of this moment, and rules that change later change nothing.",
        body: MediaType(
            "application/json", .receipt,
            examples: [
                "receipt": #"{"order":"12345678903","goods":[{"description":"Kettle Bork","price":7000}]}"#
            ]),
        responses: [
            Response(.accepted, "The receipt is kept, and what it earns is known within a second."),
            .problem(
                LoyaltyError.malformed("\"price\" is below zero."),
                "The body is not that object, the number is no order's, or a price is below zero."),
            .problem(Problem(.receiptAccepted, "The order was accepted before."), "There is a receipt of the order."),
        ])

    static let receiptStatus = Operation(
        id: "getAccrual", tag: "Receipts", summary: "Tell what an order earned",
        parameters: [Parameter("number", in: .path, "The number of an order.", Schema(.string, "", [.minLength(1)]))],
        responses: [
            Response(
                .ok, "What is known of the order.",
                content: [
                    MediaType(
                        "application/json", .accrual,
                        examples: ["processed": #"{"order":"12345678903","status":"PROCESSED","accrual":700}"#])
                ]),
            Response(.noContent, "There is no receipt of this order."),
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
                    "match", Schema(.string, "", [.minLength(1), .maxLength(RewardRule.matchBytesMax)]),
                    "What a good's description contains, byte for byte; at most \(RewardRule.matchBytesMax) bytes."),
                Property(
                    "reward",
                    Schema(
                        .number, "",
                        [.above("0"), .multipleOf("0.000001"), .maximum("9223372036854.775807")]),
                    "How much, with at most \(RewardRule.places) decimals."),
                Property(
                    "reward_type", Schema(.string, "", [.oneOf(RewardRule.Kind.allCases.map(\.name))]),
                    "`%` of the good's price, or `pt`, points."),
            ], isClosed: false),
        named: "Rule", "What a good earns whose description contains a text.")

    fileprivate static let receipt = Schema(
        .object(
            [
                Property("order", .spacedOrderNumber),
                Property("goods", Schema(.array(of: .good)), "What was bought."),
            ], isClosed: false),
        named: "Receipt", "What was bought with an order. Other members are ignored.")

    private static let good = Schema(
        .object(
            [
                Property("description", Schema(.string), "What rules look for their match in."),
                Property(
                    "price",
                    Schema(.number, "", [.minimum("0"), .multipleOf("1e-18")]),
                    "In roubles, with at most 18 decimals."),
            ], isClosed: false),
        named: "Good")

    fileprivate static let accrual = Schema(
        .object(
            [
                Property("order", .orderNumber),
                Property(
                    "status", Schema(.string, "", [.oneOf(["REGISTERED", "PROCESSING", "PROCESSED"])]),
                    "`PROCESSED` is final."),
                Property("accrual", .points, "Where it is `PROCESSED` and earned something.", isRequired: false),
            ], isClosed: true),
        named: "Accrual", "What an order earned.")
}
