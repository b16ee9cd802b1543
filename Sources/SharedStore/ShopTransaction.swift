import Changes
import Loyalty

/// The transaction in which an operation writes. The store begins and ends it.
///
/// Each engine has its own version of the operations that decide a store's speed. The others are the same on all
/// engines, and are extensions of this protocol.
package protocol ShopTransaction: SQLSession {
    /// Figures of the shop; an operation that adds a user, an order or an entry of the ledger notes it here.
    var figures: PendingFigures { get }

    /// Has a change published after the commit. Changes are published in the order in which they were noted.
    func note(_ change: Change.Kind, of user: UserID)

    /// Keeps other transactions from changing what belongs to a user until this one ends. Called before an operation
    /// reads what it decides by.
    func lock(_ user: UserID) throws(Failure)

    /// Keeps other transactions from changing the order of this number, if there is one, until this one ends.
    func lock(_ order: OrderNumber) throws(Failure)

    /// Notes that sessions of the user were ended before their time, so that their event streams end.
    func noteEndedSessions(of user: UserID)

    /// Notes that an order of the user got a final status.
    func noteFinished(of user: UserID)

    /// Notes that a receipt is about to be corrected, so that an answer from before the correction is not settled.
    func noteCorrection(of order: OrderNumber, at now: Timestamp)

    /// See `Repository.addOrder(_:of:at:)`.
    func addOrder(_ number: OrderNumber, of user: UserID, at now: Timestamp) throws(Failure) -> OrderUpload

    /// See `Repository.withdraw(_:for:of:at:)`.
    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) throws(Failure) -> WithdrawalResult

    /// Adds the entry of a change that the balance has just made, in the same transaction, so that a balance always
    /// equals the sum of its entries.
    ///
    /// - Parameters:
    ///   - order: the order's digits; empty if the change has no order.
    ///   - amount: in hundredths; negative if points were taken, never zero.
    /// - Returns: The id of the entry.
    @discardableResult
    func addLedgerEntry(
        _ kind: LedgerEntry.Kind, of user: UserID, order: String, amount: Int64, at now: Timestamp
    ) throws(Failure) -> Int64
}
