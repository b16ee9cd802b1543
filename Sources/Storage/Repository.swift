import Loyalty

/// Where users, orders and points are kept, as an event loop sees it.
///
/// Reads are synchronous and see every write that was acknowledged before the read began. A write is durable when it
/// returns: it survives a power cut. Both throw ``LoyaltyError/unavailable(retryAfterSeconds:)``,
/// ``LoyaltyError/overloaded(retryAfterSeconds:)`` (writes only) or ``LoyaltyError/failed``, and then nothing happened.
///
/// One repository belongs to one event loop and is used on its thread alone.
package protocol Repository: AnyObject {
    /// The session of this name, whether or not it has ended.
    func session(_ id: SessionID) throws(LoyaltyError) -> OpenSession?
    func credentials(of login: Login) throws(LoyaltyError) -> Credentials?
    /// `nil` if there is no such user.
    /// Those of the places from which the login has signed in before.
    func signInPlaces(of login: Login, among places: [SignInPlace]) throws(LoyaltyError) -> [SignInPlace]
    func profile(of user: UserID) throws(LoyaltyError) -> UserProfile?
    /// Newest upload first; at most `limit`, from the newest or behind `cursor` on.
    func orders(of user: UserID, from cursor: PageCursor?, limit: Int) throws(LoyaltyError) -> Page<Order>
    /// Nil where the user has uploaded no such order, whoever else has.
    func order(_ number: OrderNumber, of user: UserID) throws(LoyaltyError) -> Order?
    func balance(of user: UserID) throws(LoyaltyError) -> Balance
    /// Newest first; at most `limit`, from the newest or behind `cursor` on.
    func withdrawals(of user: UserID, from cursor: PageCursor?, limit: Int) throws(LoyaltyError) -> Page<Withdrawal>

    /// Every change of the balance, newest first; at most `limit`, from the newest or behind `cursor` on.
    func ledger(of user: UserID, from cursor: PageCursor?, limit: Int) throws(LoyaltyError) -> Page<LedgerEntry>

    /// Adds a user and opens their first session; throws ``LoyaltyError/loginTaken``.
    func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) async throws(LoyaltyError) -> UserID
    /// Opens a session for whoever showed the password of these credentials; throws ``LoyaltyError/wrongCredentials`` where it
    /// is no longer theirs or they were disabled, so that nobody slips in while that happens.
    func addSession(_ session: NewSession, of credentials: Credentials) async throws(LoyaltyError)
    /// Ends a session where there is one.
    func removeSession(_ id: SessionID) async throws(LoyaltyError)
    /// Sets a new password in place of that of the credentials, ends all sessions of the user but one, and forgets the places from
    /// which the user signed in, except for those that are given, in one step; throws
    /// ``LoyaltyError/wrongCurrentPassword`` where the password is another by now.
    func changePassword(
        of credentials: Credentials, to hash: PasswordHash, keeping session: SessionID, places: [SignInPlace]
    ) async throws(LoyaltyError)
    func addOrder(
        _ number: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> OrderUpload
    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> WithdrawalResult
}

/// What signing in needs of a user.
package struct Credentials: Equatable, Sendable {
    package let user: UserID
    package let passwordHash: PasswordHash
    /// Whether the owner lets the user in.
    package let isEnabled: Bool

    package init(user: UserID, passwordHash: PasswordHash, isEnabled: Bool = true) {
        self.user = user
        self.passwordHash = passwordHash
        self.isEnabled = isEnabled
    }
}

/// Where the accrual pipeline finds its orders and leaves what it learned; blocking calls, from the pipeline's thread.
package protocol SettlementRepository: Sendable {
    /// Users who have an order without a final status, in the order of their ids: at most `limit`, after the one that is given.
    func usersWithUnfinishedOrders(after user: UserID?, limit: Int) throws(LoyaltyError) -> [UserID]

    /// The orders without a final status that each page asks for, oldest first.
    func unfinishedOrders(_ pages: [UnfinishedPage]) throws(LoyaltyError) -> [[UnfinishedOrder]]

    /// Stores a batch in one transaction, all or nothing. A final status never changes again, and the balance grows with
    /// the change to `processed`, so that repeating a settlement credits nothing more.
    func settle(_ batch: [Settlement], at now: Timestamp) throws(LoyaltyError)
}

/// Where an accepted order goes to be asked about.
package protocol OrderQueue: Sendable {
    /// Takes an order that is stored. If the queue has no room for it, the queue finds it in the database later, so that an
    /// upload never fails because other orders wait.
    func put(_ order: UnfinishedOrder)
}
