import Eventual
import Loyalty

/// The reads and changes of the owner's commands, in the words of those commands.
///
/// Every call blocks. A repository belongs to one thread at a time and is closed before the store stops. A change is
/// durable when its call returns. Every method throws ``StoreError`` if the store cannot be read or takes no writes
/// now. A change that threw was not made, with the exception that ``dropOrdersOfDeletedUsers(afterBatch:)`` documents.
package protocol OwnerRepository: AnyObject {
    /// Returns users in the order of their ids, without deleted ones.
    ///
    /// - Parameters:
    ///   - user: the last user of the page before, or `nil` for the first page.
    ///   - limit: the most users to return.
    func users(after user: UserID?, limit: Int) throws(StoreError) -> [UserAccount]

    /// Returns a user with the newest entries of the ledger; `nil` if there is no such user, or if the user was
    /// deleted.
    ///
    /// - Parameter limit: the most entries to return.
    func user(_ user: UserSelector, entries limit: Int) throws(StoreError) -> UserDetails?

    /// Returns orders, newest first; `nil` if there is no such user, or if the user was deleted.
    ///
    /// - Parameters:
    ///   - user: whose orders; `nil` for those of all users, deleted ones included.
    ///   - status: the status that the orders have; `nil` for any.
    ///   - order: the last order of the page before, or `nil` for the first page.
    ///   - limit: the most orders to return.
    func orders(
        of user: UserSelector?, status: Order.Status?, before order: OrderID?, limit: Int
    ) throws(StoreError) -> [OwnedOrder]?

    /// Returns the kinds that the hashes of users' passwords have, besides one. It reads all users, and fails after a
    /// few seconds if the store is on a server.
    func passwordHashKinds(otherThan kind: PasswordHash.Kind) throws(StoreError) -> Set<PasswordHash.Kind>

    /// Returns the upload and the withdrawal of a number.
    func use(of number: OrderNumber) throws(StoreError) -> NumberUse

    /// Ends all unfinished orders of deleted users as invalid, batch by batch. Their numbers stay taken; ledger and
    /// balances stay as they are. If this throws, the batches before that stay ended.
    ///
    /// - Parameter afterBatch: gets the orders that a batch has ended, once that is durable.
    func dropOrdersOfDeletedUsers(afterBatch: ([UnfinishedOrder]) -> Void) throws(StoreError)

    /// Makes a change of the shop, and records it, in one transaction.
    func apply(_ change: ShopChange, by actor: Actor) throws(StoreError) -> ShopChangeResult

    /// Returns all people and API keys of the staff that were not deleted, in the order of their ids.
    func staff() throws(StoreError) -> [StaffAccount]

    /// Returns the record of actions, newest first.
    ///
    /// - Parameters:
    ///   - action: the id of the last action of the page before, or `nil` for the first page.
    ///   - limit: the most actions to return.
    func actions(before action: Int64?, limit: Int) throws(StoreError) -> [StaffAction]

    /// Returns everything that is stored under an order number.
    func facts(of number: OrderNumber) throws(StoreError) -> NumberFacts

    /// Returns all rules of the built-in accrual system, the oldest first.
    func rules() throws(StoreError) -> [RewardRule]

    /// Returns true if the owner opened registration, false if the owner closed it, and `nil` if the configuration
    /// decides.
    func isRegistrationOpen() throws(StoreError) -> Bool?

    /// Reads what the staff reads, and waits for the result. All reads of a call see one state of the store, as long as
    /// each result is there at once.
    ///
    /// - Parameter body: gets a repository that it uses during the call alone, and only to read. It throws only what
    ///   the repository throws.
    func readAsStaff<Value>(
        _ body: (any StaffRepository) throws(LoyaltyError) -> Eventual<Value, LoyaltyError>
    ) throws(StoreError) -> Value

    /// Counts everything, in one state of the store. It may take seconds.
    func statistics() throws(StoreError) -> Statistics

    /// Returns the facts about the accrual pipeline of all servers that have the store open; `nil` if the engine lets
    /// only one server open it, which commands then ask.
    func leadersReport() throws(StoreError) -> LeadersReport?

    /// Makes clients read everything again, since the store was replaced by an older state of itself. Returns false if
    /// the engine needs no such note, because each start of a server makes them do so.
    func noteRestoredState() throws(StoreError) -> Bool

    var engine: StoreEngine { get }

    var size: StoreSize { get }

    /// Closes the connection through which the repository reads.
    func close()
}
