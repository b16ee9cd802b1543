/// An order as the owner sees it.
package struct OwnedOrder: Equatable, Sendable {
    package let id: OrderID
    package let order: Order
    /// The login of the user who uploaded it; `nil` if that user was deleted.
    package let login: String?

    package init(id: OrderID, order: Order, login: String?) {
        self.id = id
        self.order = order
        self.login = login
    }
}

/// A withdrawal as the owner sees it.
package struct OwnedWithdrawal: Equatable, Sendable {
    package let withdrawal: Withdrawal
    /// The login of the user who spent the points; `nil` if that user was deleted.
    package let login: String?
    /// When the withdrawal was refunded; `nil` if it is in force.
    package let refundedAt: Timestamp?
    /// The author of the refund, and the reason.
    package let note: LedgerNote?

    package init(withdrawal: Withdrawal, login: String?, refundedAt: Timestamp?, note: LedgerNote?) {
        self.withdrawal = withdrawal
        self.login = login
        self.refundedAt = refundedAt
        self.note = note
    }
}

/// The records that are stored under one order number.
package struct NumberUse: Equatable, Sendable {
    /// The upload; `nil` if the number was not uploaded.
    package let order: OwnedOrder?
    /// The withdrawal; `nil` if no points were spent on the number.
    package let withdrawal: OwnedWithdrawal?

    package init(order: OwnedOrder?, withdrawal: OwnedWithdrawal?) {
        self.order = order
        self.withdrawal = withdrawal
    }
}

/// A user, with the numbers of their orders and withdrawals and the newest entries of their ledger.
package struct UserDetails: Equatable, Sendable {
    package let account: UserAccount
    package let orderCount: Int64
    /// The number of withdrawals in force.
    package let withdrawalCount: Int64
    /// The newest entries, newest first.
    package let entries: [AnnotatedEntry]

    package init(account: UserAccount, orderCount: Int64, withdrawalCount: Int64, entries: [AnnotatedEntry]) {
        self.account = account
        self.orderCount = orderCount
        self.withdrawalCount = withdrawalCount
        self.entries = entries
    }
}

/// A ledger entry with its author and reason.
package struct AnnotatedEntry: Equatable, Sendable {
    package let entry: LedgerEntry
    /// `nil` if the entry was not made by hand.
    package let note: LedgerNote?

    package init(entry: LedgerEntry, note: LedgerNote?) {
        self.entry = entry
        self.note = note
    }
}
