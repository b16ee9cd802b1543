import Loyalty
import OpenAPI

/// Values that several operations take or return.
extension Schema {
    static let points = Schema(
        .number, named: "Points", "Points, 1 point = 1 rouble; exact, with at most two decimals.",
        [.minimum("0"), .multipleOf("0.01")], example: "729.98")

    /// A difference, which may be below zero.
    static let pointsChange = Schema(
        .number, named: "PointsChange",
        "Points that were added, or taken if the number is below zero; at most two decimals.",
        [.multipleOf("0.01")], example: "-41.5")

    static let orderNumber = Schema(
        .string, named: "OrderNumber",
        "The number of an order: digits, the last of which is the check digit (Luhn, ISO/IEC 7812-1) of those before it: 1001007 for a shop's own number 100100, as `martlet order number 100100` prints. Leading zeros count.",
        [.pattern("^[0-9]{1,\(OrderNumber.digitsMax)}$")], example: #""12345678903""#)

    /// An order number as clients may write it.
    static let spacedOrderNumber = Schema(
        .string, named: "SpacedOrderNumber",
        "The number of an order, as `OrderNumber`. White space around it is ignored.",
        [.pattern("^[\\t\\n\\v\\f\\r ]*[0-9]{1,\(OrderNumber.digitsMax)}[\\t\\n\\v\\f\\r ]*$")],
        example: #""12345678903""#)

    static let moment = Schema(
        .string, named: "Moment", "A moment as RFC 3339 writes it, in UTC and whole seconds.",
        [.format("date-time"), .pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")],
        example: #""2026-11-23T08:17:12Z""#)
}
