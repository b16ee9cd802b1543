import HTTP
import Loyalty
import OpenAPI
import Web

extension Operation {
    private static let tag = "Points"
    private static let user = UserSelector.id(UserID(rawValue: 1))
    private static let spending = ShopChange.spend(user, OrderNumber(stored: "18"), .zero)
    private static let adjusting = ShopChange.adjust(user, .zero, reason: "")

    static let spendAtCounter = Operation(
        id: "spendPoints", tag: tag, summary: "Spend a customer's points on an order",
        description: "A repetition with the same order and sum gets 200 and debits nothing.", parameters: [customerID],
        body: object(
            [Schema.Property("order", .spacedOrderNumber), Schema.Property("sum", .points)],
            example: #"{"order":"2377225624","sum":500}"#),
        responses: [
            .customer("The points are spent."), .noCustomer,
            .problem(
                Problem(.notEnoughPoints, "There are not enough points on the account."),
                "The balance is lower than the sum."),
            .refusal(
                .withdrawalConflict, of: spending,
                "The number was used for another customer or sum, or refunded, or the customer is disabled."),
            .invalidValue,
        ]
    ).idempotent()

    static let adjustPoints = Operation(
        id: "adjustPoints", tag: tag, summary: "Give points to a customer, or take them", parameters: [customerID],
        body: object(
            [
                Schema.Property("points", .pointsChange, "Below zero to take points."),
                Schema.Property("reason", .text(bytesMax: LedgerNote.reasonBytesMax)),
            ], example: #"{"points":-5,"reason":"mistyped"}"#),
        responses: [
            .customer("The balance is changed."), .noCustomer,
            .problem(
                Problem(.adjustmentTooLarge, "A cashier may add or take at most 1000 points at once."),
                "A cashier gave or took more than `staff.adjustment_points_max`, or a page of another site sent this."),
            .problem(
                Problem(.tooFewPoints, "The customer has only 3 points."),
                "The balance would go below zero, or would be too large."),
            .invalidValue,
        ]
    ).idempotent()

    static let refundWithdrawal = Operation(
        id: "refundWithdrawal", tag: tag, summary: "Give back the points that were spent on an order",
        parameters: [numberInPath], body: reason,
        responses: [
            .json(
                .ok, "The points are back on the account.",
                Schema(
                    .object(
                        [Schema.Property("points", .points), Schema.Property("customer", .customer)], isClosed: true)),
                example: #"{"points":500,"customer":\#(Example.customer)}"#),
            .refusal(.noSuchWithdrawal, of: spending, "No points were spent on the order."),
            .refusal(.refundedBefore, of: spending, "The withdrawal was refunded before."), .invalidNumber,
        ])

    static let getOrderFacts = Operation(
        id: "showOrder", tag: tag, summary: "Show everything that is stored under an order number",
        parameters: [numberInPath],
        responses: [
            .json(
                .ok, "The facts; `null` for those that there are not.", .orderFacts,
                example:
                    #"{"number":"12345678903","status":"NEW","accrual":0,"returned":0,"uploaded_at":"2026-11-23T08:17:12Z","customer":\#(Example.name),"withdrawal":null,"spender":null,"receipt":null}"#
            ),
            .problem(
                Problem(.orderUnknown, "Nothing is stored under this number."), "Nothing is stored under the number."),
            .invalidNumber,
        ])

    static let returnGoods = Operation(
        id: "returnGoods", tag: tag, summary: "Take back what an order earned",
        description:
            "All or a part, and never more than the order earned. If the customer has fewer points, the balance becomes zero and `missing` has the rest.",
        parameters: [numberInPath],
        body: object(
            [
                Schema.Property("points", .nullable(.points), "All that is left without it.", isRequired: false),
                Schema.Property("reason", .text(bytesMax: LedgerNote.reasonBytesMax)),
            ], example: #"{"points":12.5,"reason":"the kettle came back"}"#),
        responses: [
            .json(
                .ok, "The points are taken back.",
                Schema(
                    .object(
                        [
                            Schema.Property("returned", .points), Schema.Property("missing", .points),
                            Schema.Property("left", .points, "What may still be taken back."),
                            Schema.Property("customer", .customer),
                        ], isClosed: true)),
                example: #"{"returned":12.5,"missing":0,"left":87.5,"customer":\#(Example.customer)}"#),
            .refusal(
                .orderNotCredited, of: spending, "No customer has uploaded the order, or it has earned nothing."),
            .refusal(
                .moreThanLeft(Points(hundredths: 8750)), of: spending,
                "The order earned less than that, or earlier returns took it."), .invalidValue,
        ]
    ).idempotent()

    static let makeOrderNumber = Operation(
        id: "makeOrderNumber", tag: tag, summary: "Make an order number with a check digit",
        body: object(
            [
                Schema.Property(
                    "digits", .nullable(Schema(.string)), "The shop's own number; a new number is made without it.",
                    isRequired: false)
            ], example: #"{"digits":"100100"}"#),
        responses: [
            .json(
                .ok, "The number.", Schema(.object([Schema.Property("number", .orderNumber)], isClosed: true)),
                example: #"{"number":"1001007"}"#), .invalidNumber,
        ])
}
