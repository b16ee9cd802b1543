/// A customer's order with the points that were taken back.
package struct CustomerOrder: Equatable, Sendable {
    package let order: Order
    /// The points that returns took back; zero if there was none.
    package let returned: Points

    package init(order: Order, returned: Points) {
        (self.order, self.returned) = (order, returned)
    }
}

/// A customer's withdrawal, in force or refunded.
package struct CustomerWithdrawal: Equatable, Sendable {
    package let withdrawal: Withdrawal
    /// When the withdrawal was refunded; `nil` if it is in force.
    package let refundedAt: Timestamp?

    package init(withdrawal: Withdrawal, refundedAt: Timestamp?) {
        (self.withdrawal, self.refundedAt) = (withdrawal, refundedAt)
    }
}

/// Everything that is stored under one order number.
package struct NumberFacts: Equatable, Sendable {
    /// The upload; `nil` if the number was not uploaded.
    package let order: CustomerOrder?
    /// The customer who uploaded it; `nil` if the number was not uploaded or the customer was deleted.
    package let customer: CustomerName?
    /// The withdrawal; `nil` if no points were spent on the number.
    package let withdrawal: CustomerWithdrawal?
    /// The customer who spent the points; `nil` if there is no withdrawal or the customer was deleted.
    package let spender: CustomerName?
    /// The receipt; `nil` if the built-in accrual system has none.
    package let receipt: ReceiptFacts?

    package init(
        order: CustomerOrder?, customer: CustomerName?, withdrawal: CustomerWithdrawal?, spender: CustomerName?,
        receipt: ReceiptFacts?
    ) {
        self.order = order
        self.customer = customer
        self.withdrawal = withdrawal
        self.spender = spender
        self.receipt = receipt
    }

    /// True if nothing is stored under the number.
    package var isUnused: Bool { order == nil && withdrawal == nil && receipt == nil }
}

/// A receipt as it is stored. Its goods are not.
package struct ReceiptFacts: Equatable, Sendable {
    package let points: Points
    package let acceptedAt: Timestamp

    package init(points: Points, acceptedAt: Timestamp) {
        (self.points, self.acceptedAt) = (points, acceptedAt)
    }
}

/// The records of a customer's sign-ins, for the export of everything that is stored.
package struct CustomerSignIns: Equatable, Sendable {
    /// A network or a device from which the customer signed in.
    package struct Place: Equatable, Sendable {
        package let place: SignInPlace
        package let usedAt: Timestamp

        package init(place: SignInPlace, usedAt: Timestamp) {
            (self.place, self.usedAt) = (place, usedAt)
        }
    }

    /// The ends of the open sessions, the latest first.
    package let sessionEnds: [Timestamp]
    package let places: [Place]

    package init(sessionEnds: [Timestamp], places: [Place]) {
        (self.sessionEnds, self.places) = (sessionEnds, places)
    }
}
