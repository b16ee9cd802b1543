import Loyalty

/// A write of which many are committed together: uploads, withdrawals and settlements.
enum BatchOperation: Equatable, Sendable {
    case addOrder(OrderNumber, of: UserID, at: Timestamp)
    /// The sum is above zero.
    case withdraw(Points, for: OrderNumber, of: UserID, at: Timestamp)
    case settle([Settlement], at: Timestamp)
}

/// The result of a ``BatchOperation``.
enum BatchResult: Equatable, Sendable {
    case upload(OrderUpload)
    case withdrawal(WithdrawalResult)
    /// The settlements that are impossible and were left out.
    case settlement(refused: [Settlement])
    /// The operation's user has no balance, which only a damaged database can lead to.
    case impossible
}

/// The rows by which a batch is decided. The rows of accounts and orders are locked, so that they stay as they are
/// until the end of the transaction.
struct BatchFacts: Equatable {
    struct Account: Equatable {
        var balance: Balance
        /// Grows with each change of what belongs to the user.
        var version: Int64
        /// The number of orders without a final status.
        var unfinished: Int64
    }

    struct UploadedOrder: Equatable {
        let user: UserID
        let number: OrderNumber
        var status: Order.Status
        let uploadedAt: Timestamp
    }

    struct EarlierWithdrawal: Equatable {
        let user: UserID
        let sum: Points
        /// False if it was refunded.
        let isInForce: Bool
    }

    var accounts: [UserID: Account] = [:]
    /// The accounts that the table already has with the batch's uploads counted, as if each were accepted.
    private(set) var counted: [UserID: Account] = [:]
    /// The orders that are to be settled.
    var orders: [OrderID: UploadedOrder] = [:]
    /// The users who have uploaded numbers of the batch's uploads before.
    var owners: [OrderNumber: UserID] = [:]
    var withdrawals: [OrderNumber: EarlierWithdrawal] = [:]
    /// The points of receipts that were corrected, perhaps after the accrual system was asked.
    var correctedReceipts: [OrderNumber: Points] = [:]
    /// An id for each upload of the batch, in ascending order.
    var newOrderIDs: [OrderID] = []

    /// Takes note that the accounts were read after a statement had counted the uploads. They become ``counted``, and
    /// ``accounts`` gets them as they were before.
    mutating func noteCounted(_ uploads: some Sequence<(Int64, Int64)>) {
        counted = accounts
        for (user, count) in uploads {
            guard var account = counted[UserID(rawValue: user)] else { continue }
            // The statement has added both.
            account.version &-= 1
            account.unfinished &-= count
            accounts[UserID(rawValue: user)] = account
        }
    }
}
