/// An order number that a user uploaded, to be credited once.
package struct Order: Equatable, Sendable {
    /// The status of an order; the last two are final. Raw values are stored in the database.
    package enum Status: Int64, Sendable, CaseIterable {
        case new = 0
        case processing = 1
        case invalid = 2
        case processed = 3

        package var isFinal: Bool { self == .invalid || self == .processed }

        /// The text in the API and in the owner's documents.
        package var name: String {
            switch self {
            case .new: "NEW"
            case .processing: "PROCESSING"
            case .invalid: "INVALID"
            case .processed: "PROCESSED"
            }
        }
    }

    /// The most points that an order can earn: ten billion. A greater number is taken for a mistake.
    package static let accrualMax = Points(hundredths: 1_000_000_000_000)

    package let number: OrderNumber
    package let status: Status
    /// The points that the order earned; zero until it is processed.
    package let accrual: Points
    package let uploadedAt: Timestamp

    package init(number: OrderNumber, status: Status, accrual: Points, uploadedAt: Timestamp) {
        self.number = number
        self.status = status
        self.accrual = accrual
        self.uploadedAt = uploadedAt
    }
}

/// Identifies an order inside the server. Ids grow with each upload.
package struct OrderID: Hashable, Comparable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: OrderID, right: OrderID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The result of an upload.
package enum OrderUpload: Equatable, Sendable {
    /// The order is new and has been stored durably.
    case accepted(OrderID)
    /// The same user has uploaded the order before.
    case uploadedBefore
    /// Another user has uploaded the order before.
    case uploadedByAnother
    /// The order was not stored, because the user has reached the limit of unfinished orders.
    case tooManyUnfinished
}

/// An order without a final status.
package struct UnfinishedOrder: Equatable, Sendable {
    package let id: OrderID
    package let number: OrderNumber
    package let user: UserID

    package init(id: OrderID, number: OrderNumber, user: UserID) {
        self.id = id
        self.number = number
        self.user = user
    }
}

/// A request for some of a user's unfinished orders.
package struct UnfinishedPage: Equatable, Sendable {
    package let user: UserID
    /// The lowest order id of the page.
    package let from: OrderID
    package let limit: Int

    package init(user: UserID, from: OrderID, limit: Int) {
        precondition(limit > 0, "limit must be positive")
        self.user = user
        self.from = from
        self.limit = limit
    }
}

/// The result of an answer of the accrual system about an order, to be stored.
package struct Settlement: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        /// The accrual system knows the order and has not finished with it.
        case processing
        case invalid
        /// The order is processed and earned these points, which may be zero.
        case processed(Points)
    }

    package let order: OrderID
    /// The number about which the accrual system was asked, which is the order's; `nil` leaves it unchecked. A shared
    /// database that has lost its newest commits gives their ids a second time, to orders with other numbers.
    package let number: OrderNumber?
    package let verdict: Verdict

    package init(order: OrderID, number: OrderNumber? = nil, verdict: Verdict) {
        self.order = order
        self.number = number
        self.verdict = verdict
    }
}
