/// A number that a user uploaded, to be credited once.
package struct Order: Equatable, Sendable {
    /// The steps of an order; the last two are final. Raw values are stored in the database.
    package enum Status: Int64, Sendable, CaseIterable {
        case new = 0
        case processing = 1
        case invalid = 2
        case processed = 3

        package var isFinal: Bool { self == .invalid || self == .processed }

        /// As the API and the owner's documents write it.
        package var name: String {
            switch self {
            case .new: "NEW"
            case .processing: "PROCESSING"
            case .invalid: "INVALID"
            case .processed: "PROCESSED"
            }
        }
    }

    package let number: OrderNumber
    package let status: Status
    /// What the order earned; zero until it is processed.
    package let accrual: Points
    package let uploadedAt: Timestamp

    package init(number: OrderNumber, status: Status, accrual: Points, uploadedAt: Timestamp) {
        self.number = number
        self.status = status
        self.accrual = accrual
        self.uploadedAt = uploadedAt
    }
}

/// Names an order inside the server; grows with each upload.
package struct OrderID: Hashable, Comparable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: OrderID, right: OrderID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// What became of an upload.
package enum OrderUpload: Equatable, Sendable {
    /// New, and durable.
    case accepted(OrderID)
    /// This user uploaded it before.
    case uploadedBefore
    /// Another user uploaded it before.
    case uploadedByAnother
    /// Not stored: the user has as many unfinished orders as one user may have.
    case tooManyUnfinished
}

/// An order that still waits for its final status.
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

/// A question for some of a user's unfinished orders.
package struct UnfinishedPage: Equatable, Sendable {
    package let user: UserID
    /// The first that counts.
    package let from: OrderID
    package let limit: Int

    package init(user: UserID, from: OrderID, limit: Int) {
        precondition(limit > 0, "a page has room for an order")
        self.user = user
        self.from = from
        self.limit = limit
    }
}

/// What the accrual system has said of an order, to be stored.
package struct Settlement: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        /// The accrual system knows the order and is not done.
        case processing
        case invalid
        /// Done, with what the order earned; zero is possible.
        case processed(Points)
    }

    package let order: OrderID
    package let verdict: Verdict

    package init(order: OrderID, verdict: Verdict) {
        self.order = order
        self.verdict = verdict
    }
}
