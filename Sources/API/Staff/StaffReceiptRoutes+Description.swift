import HTTP
import Loyalty
import OpenAPI
import Web

extension Operation {
    private static let tag = "Receipts"
    private static let selling = ShopChange.sell(OrderNumber(stored: "18"), earning: .zero, customer: nil)

    static let previewReceipt = Operation(
        id: "previewReceipt", tag: tag, summary: "Show what goods would earn", description: "Nothing is stored.",
        body: goods(example: #"{"goods":[\#(Example.good)]}"#),
        responses: [
            .json(
                .ok, "The points by the rules of this moment.",
                Schema(
                    .object(
                        [
                            Schema.Property("points", .points),
                            Schema.Property("goods", Schema(.array(of: .rewardedGood))),
                        ], isClosed: true)),
                example: #"{"points":700,"goods":[\#(Example.rewardedGood)]}"#), .accrualOff,
        ])

    static let sell = Operation(
        id: "sell", tag: tag, summary: "Accept a receipt, and upload its order for a customer",
        description: "Both happen together or not at all. Without a customer, the order can be uploaded later.",
        body: goods(
            [
                Schema.Property("order", .spacedOrderNumber),
                Schema.Property("customer", .nullable(.id), "The id of the customer.", isRequired: false),
            ], example: #"{"order":"12345678903","goods":[\#(Example.good)],"customer":1}"#),
        responses: [
            .json(
                .created, "The receipt is stored.",
                Schema(
                    .object(
                        [
                            Schema.Property("order", .orderNumber), Schema.Property("points", .points),
                            Schema.Property("customer", .nullable(.customer)),
                            Schema.Property(
                                "status", .nullable(Schema(.string, "", [.oneOf(Order.Status.allCases.map(\.name))]))),
                        ], isClosed: true)),
                example: #"{"order":"12345678903","points":700,"customer":\#(Example.customer),"status":"NEW"}"#),
            .problem(.accrualOff, "Another accrual system is asked, or there is no such customer."),
            .refusal(.receiptTaken, of: selling, "The order has a receipt, or another customer uploaded it."),
            .invalidValue,
            .refusal(
                .tooManyUnfinishedOrders, of: selling,
                "Too many orders of the customer wait for their points. Nothing happened."),
        ]
    ).idempotent()

    static let correctReceipt = Operation(
        id: "correctReceipt", tag: tag, summary: "Correct a receipt that was not credited yet",
        parameters: [numberInPath], body: goods(example: #"{"goods":[\#(Example.good)]}"#),
        responses: [
            .json(
                .ok, "The receipt earns these points now.",
                Schema(
                    .object(
                        [Schema.Property("order", .orderNumber), Schema.Property("points", .points)], isClosed: true)),
                example: #"{"order":"12345678903","points":700}"#),
            .problem(
                Problem(.receiptUnknown, "There is no receipt of this order."),
                "The order has no receipt, or another accrual system is asked."),
            .refusal(.receiptCredited, of: selling, "The order was credited. Return goods instead."), .invalidNumber,
        ])
}
