/// An entry of the record of actions. Entries are added, and never changed or removed.
package struct StaffAction: Equatable, Sendable {
    /// Raw values are stored in the database, and are the names of the API.
    package enum Name: String, Sendable, CaseIterable {
        case customerAdd = "customer.add"
        case customerPassword = "customer.password"
        case customerDisable = "customer.disable"
        case customerEnable = "customer.enable"
        case customerDelete = "customer.delete"
        case customerExport = "customer.export"
        case receiptAdd = "receipt.add"
        case receiptCorrect = "receipt.correct"
        case pointsSpend = "points.spend"
        case pointsAdjust = "points.adjust"
        case withdrawalRefund = "withdrawal.refund"
        case orderReturn = "order.return"
        case ruleAdd = "rule.add"
        case ruleRemove = "rule.remove"
        case registrationOpen = "registration.open"
        case registrationClose = "registration.close"
        case backupMake = "backup.make"
        case staffAdd = "staff.add"
        case staffDisable = "staff.disable"
        case staffEnable = "staff.enable"
        case staffRole = "staff.role"
        case staffPassword = "staff.password"
        case staffDelete = "staff.delete"
        case staffSignIn = "staff.sign-in"
        case staffSignOut = "staff.sign-out"
        case keyAdd = "key.add"
        case keyRemove = "key.remove"
    }

    /// The most bytes of a subject: the longest order number and the longest match of a rule have 1,024 bytes.
    package static let subjectBytesMax = 1024

    package let id: Int64
    package let at: Timestamp
    package let actor: Actor
    package let name: Name
    /// The customer, with the login as it is now, which is empty if the customer was deleted; `nil` if the action
    /// concerned no customer.
    package let customer: CustomerName?
    /// The object other than a customer: an order number, a rule's match, a name of the staff, or a backup's name.
    /// Empty if there is none.
    package let subject: String
    /// The points that a receipt earns, or that the balance gained (below zero if it lost points); `nil` for other
    /// actions.
    package let points: Points?
    /// The reason that was given, the role of a new account or the new role of a person, or a rule's reward; empty for
    /// other actions.
    package let note: String

    package init(
        id: Int64, at: Timestamp, actor: Actor, name: Name, customer: CustomerName?, subject: String, points: Points?,
        note: String
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.name = name
        self.customer = customer
        self.subject = subject
        self.points = points
        self.note = note
    }
}

/// A customer as lists name them.
package struct CustomerName: Hashable, Sendable {
    package let id: UserID
    package let login: String

    package init(id: UserID, login: String) {
        (self.id, self.login) = (id, login)
    }
}
