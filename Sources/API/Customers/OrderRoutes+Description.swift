import Loyalty
import OpenAPI
import Web

extension Operation {
    static let uploadOrder = Operation(
        id: "uploadOrder", tag: "Orders", summary: "Upload the number of an order",
        description: "The server asks the accrual system about an accepted order until the answer is final.",
        body: MediaType("text/plain", .spacedOrderNumber, examples: ["number": "12345678903"]),
        responses: [
            Response(.ok, "This user uploaded the order before."),
            Response(.accepted, "The order is new, and stored."),
            .problem(LoyaltyError.orderNumberMissing, "The body is empty."),
            .problem(LoyaltyError.orderUploadedByAnother, "Another user uploaded the order."),
            .problem(
                LoyaltyError.tooManyUnfinishedOrders(retryAfterSeconds: 60),
                "The order is new, and too many of the user's orders have no final status yet."),
            .problem(
                LoyaltyError.orderNumberInvalid(.checkDigit), "The body is not digits, or the Luhn check fails."),
        ])

    static let getOrder = Operation(
        id: "getOrder", tag: "Orders", summary: "Show one of the user's orders",
        parameters: [Parameter("number", in: .path, "The number of the order.", .orderNumber)],
        responses: [
            Response(
                .ok, "The order.",
                content: [
                    MediaType(
                        "application/json", .order,
                        examples: [
                            "order": #"{"number":"9278923470","status":"NEW","uploaded_at":"2026-11-22T19:02:45Z"}"#
                        ])
                ]),
            .problem(LoyaltyError.orderUnknown, "This user has not uploaded the order, even if another user has."),
        ])

    static let listOrders = list(
        id: "listOrders", tag: "Orders", summary: "List the user's orders",
        description: "The newest upload comes first.",
        content: [
            MediaType(
                "application/json", Schema(.array(of: .order), "", [.minItems(1)]),
                examples: [
                    "orders": """
                    [{"number":"12345678903","status":"PROCESSED","accrual":700,"uploaded_at":"2026-11-23T08:17:12Z"},\
                    {"number":"9278923470","status":"NEW","uploaded_at":"2026-11-22T19:02:45Z"}]
                    """
                ])
        ])
}

extension Schema {
    static let order = Schema(
        .object(
            [
                Property("number", .orderNumber),
                Property(
                    "status",
                    Schema(
                        .string, named: "OrderStatus",
                        """
                        `NEW`: the accrual system was not asked yet; `PROCESSING`: the accrual system knows the order; \
                        `INVALID` and `PROCESSED` are final.
                        """, [.oneOf(Order.Status.allCases.map(\.name))])),
                Property(
                    "accrual", .points, "The points of the order, if its status is `PROCESSED` and there are any.",
                    isRequired: false),
                Property("uploaded_at", .moment),
            ], isClosed: true),
        named: "Order", "An order that a user uploaded.")
}
