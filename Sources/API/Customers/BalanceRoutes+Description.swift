import HTTP
import Loyalty
import OpenAPI
import Web

extension Operation {
    static let balance = Operation(
        id: "getBalance", tag: "Balance", summary: "Show the user's balance",
        responses: [
            Response(
                .ok, "The balance.",
                content: [
                    MediaType(
                        "application/json", .balance, examples: ["balance": #"{"current":500.5,"withdrawn":42}"#])
                ])
        ])

    static let withdraw = Operation(
        id: "withdraw", tag: "Balance", summary: "Spend points on an order",
        description: """
            A repetition with the same order and sum gets 200 and debits nothing, unless the withdrawal was refunded. So a client \
            that has lost the answer can ask again.
            """,
        body: MediaType("application/json", .spending, examples: ["spending": #"{"order":"2377225624","sum":500}"#]),
        responses: [
            Response(.ok, "The points are spent."),
            .problem(LoyaltyError.malformed("\"sum\" is not a number."), "The body is not that object."),
            .problem(LoyaltyError.notEnoughPoints, "The balance is lower than the sum."),
            .problem(
                LoyaltyError.withdrawalConflict,
                "The order was paid for by another user or with another sum, or its withdrawal was refunded."),
            .problem(
                LoyaltyError.sumInvalid("\"sum\" has more than two decimal places."),
                "The order's number is invalid, or the sum is not above zero, too fine or too large."),
        ])

    static let listWithdrawals = withdrawals(
        id: "listWithdrawals", summary: "List the user's withdrawals", description: "The newest withdrawal comes first."
    )

    /// The path that the public specification had until 2023.
    static let listWithdrawalsAtOlderPath = withdrawals(
        id: "listWithdrawalsAtOlderPath", summary: "List the user's withdrawals, at the older path",
        description: "The same list as `GET /api/user/withdrawals`, for clients of the specification's older edition.")

    private static func withdrawals(id: String, summary: String, description: String) -> Operation {
        list(id: id, tag: "Balance", summary: summary, description: description, content: withdrawalForms)
    }

    private static let withdrawalForms = [
        MediaType(
            "application/json", Schema(.array(of: .withdrawal), "", [.minItems(1)]),
            examples: [
                "withdrawals": #"[{"order":"2377225624","sum":500,"processed_at":"2026-11-23T08:17:12Z"}]"#
            ])
    ]

    static let ledger = list(
        id: "listLedger", tag: "Balance", summary: "List every change of the user's balance",
        description: "The newest change comes first. The answer is a table if `Accept` prefers `text/csv` to JSON.",
        content: [
            MediaType(
                "application/json", Schema(.array(of: .ledgerEntry), "", [.minItems(1)]),
                examples: [
                    "ledger": """
                    [{"kind":"withdrawal","order":"2377225624","points":-500,"balance":200,\
                    "processed_at":"2026-11-23T08:17:12Z"},\
                    {"kind":"accrual","order":"12345678903","points":700,"balance":700,\
                    "processed_at":"2026-11-22T19:02:45Z"}]
                    """
                ]),
            MediaType(
                "text/csv", Schema(.string, "A table as RFC 4180 describes it, with a heading."),
                examples: [
                    "table": """
                    kind,order,points,balance,processed_at\r
                    accrual,12345678903,700,700,2026-11-22T19:02:45Z\r

                    """
                ]),
        ])
}

extension Schema {
    static let balance = Schema(
        .object(
            [
                Property("current", .points, "The points that the user has."),
                Property("withdrawn", .points, "The points that the user has spent in all."),
            ], isClosed: true),
        named: "Balance")

    fileprivate static let spending = Schema(
        .object(
            [
                Property(
                    "order", .spacedOrderNumber,
                    "The order on which the points are spent. It need not be uploaded. A string, since leading zeros count."
                ),
                Property("sum", .sum, "The points to spend."),
            ], isClosed: false),
        named: "Spending", "Other members are ignored.")

    /// A sum as clients may write it. The server writes ``points``.
    private static let sum = Schema(
        .anyOf([
            Schema(.number, "", [.above("0"), .maximum("92233720368547758.07")], example: "751"),
            Schema(
                .string, "A number of JSON in quotes.",
                [.pattern("^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$")], example: #""100.33""#),
        ]), named: "Sum",
        """
        Points to spend, read exactly. A value within a millionth of a hundredth is that hundredth: `0.30000000000000004` is 0.3. \
        Any other part of a hundredth is 422.
        """)

    fileprivate static let withdrawal = Schema(
        .object(
            [Property("order", .orderNumber), Property("sum", .points), Property("processed_at", .moment)],
            isClosed: true),
        named: "Withdrawal", "Points that were spent on an order.")

    fileprivate static let ledgerEntry = Schema(
        .object(
            [
                Property(
                    "kind", Schema(.string, "", [.oneOf(LedgerEntry.Kind.allCases.map(\.description))]),
                    "The reason of the change. Adjustments, refunds and returns are made by the shop."),
                Property("order", .orderNumber, "An adjustment has no order.", isRequired: false),
                Property("points", .pointsChange),
                Property("balance", .points, "The balance after the change."),
                Property("processed_at", .moment),
            ], isClosed: true),
        named: "LedgerEntry", "A change of the balance.")
}
