import Loyalty

/// The repository in which the accrual pipeline finds its orders, and stores the answers about them. Calls block; any
/// thread may make them.
///
/// Each method throws as a ``Repository`` does.
package protocol SettlementRepository: Sendable {
    /// Returns users who have an order without a final status, in the order of their ids.
    ///
    /// - Parameters:
    ///   - user: The last user of the page before, or `nil` for the first page.
    ///   - limit: The most users to return.
    func usersWithUnfinishedOrders(after user: UserID?, limit: Int) throws(LoyaltyError) -> [UserID]

    /// Returns the orders without a final status that each page asks for, oldest first.
    func unfinishedOrders(_ pages: [UnfinishedPage]) throws(LoyaltyError) -> [[UnfinishedOrder]]

    /// Stores a batch in one transaction, all or nothing. A final status never changes again, and the balance grows in
    /// the same step in which an order becomes `processed`, so that repeating a settlement credits nothing more.
    ///
    /// A settlement that can't be true (points for an order that was not uploaded, fewer than zero, or more than an
    /// account holds) is left out and logged as an error. Its order stays unfinished, and the others are stored.
    func settle(_ batch: [Settlement], at now: Timestamp) throws(LoyaltyError)
}
