import Loyalty

/// What a customer bought under an order's number.
package struct Receipt: Sendable {
    package let order: OrderNumber
    package let goods: [Good]

    package init(order: OrderNumber, goods: [Good]) {
        self.order = order
        self.goods = goods
    }

    /// Goods of one receipt: each may earn by every rule.
    package static let goodsMax = 2000

    /// More for one order, ten billion points, would be taken for a mistake by whoever asks.
    package static let earnedMax = Points(hundredths: 1_000_000_000_000)
}

/// One line of a receipt.
package struct Good: Sendable {
    /// Decimal places of a price. Shops that reckon in floating point send sixteen and more, and each counts: the sum is
    /// rounded, and nothing before it.
    package static let pricePlaces = 18

    package let description: String
    /// The price times 10^``pricePlaces``.
    package let price: Int128

    package init(description: String, price: Int128) {
        precondition(price >= 0, "a price below zero was refused")
        self.description = description
        self.price = price
    }
}

/// How far an accepted receipt is, as the public API tells it.
package enum ReceiptStatus: Equatable, Sendable {
    case registered, processing
    /// With what it earned; zero is possible.
    case processed(Points)
}
