import Loyalty

/// The goods that a customer bought under an order number.
package struct Receipt: Sendable {
    package let order: OrderNumber
    package let goods: [Good]

    package init(order: OrderNumber, goods: [Good]) {
        self.order = order
        self.goods = goods
    }

    /// The most goods of one receipt, because each may earn by every rule.
    package static let goodsMax = 2000

    /// The most points that a receipt can earn. A server that asks about the order would take more for a mistake.
    package static let earnedMax = Order.accrualMax
}

/// One line of a receipt.
package struct Good: Equatable, Sendable {
    /// The decimal places of a price. Shops that compute in floating point send sixteen and more, and each counts,
    /// because only the sum is rounded.
    package static let pricePlaces = 18

    package let description: String
    /// The price times 10^``pricePlaces``.
    package let price: Int128

    package init(description: String, price: Int128) {
        precondition(price >= 0, "price must not be negative")
        self.description = description
        self.price = price
    }
}

/// The status of an accepted receipt, as the public API shows it.
package enum ReceiptStatus: Equatable, Sendable {
    case registered, processing
    /// The points that the receipt earned, which may be zero.
    case processed(Points)
}
