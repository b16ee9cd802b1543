import Eventual
import Loyalty

/// The users, orders and points of a store, as one event loop sees them.
///
/// A read sees every write that was acknowledged before the read began. It is there at once if the store reads from
/// memory or a local file, and has to be waited for if the store asks a server. A write is durable when it returns: it
/// survives a power cut.
///
/// Both throw ``Loyalty/LoyaltyError/unavailable(retryAfterSeconds:)`` or ``Loyalty/LoyaltyError/failed``, and writes
/// also ``Loyalty/LoyaltyError/overloaded(retryAfterSeconds:)``. Nothing has happened then. After a write has thrown
/// ``Loyalty/LoyaltyError/inDoubt``, it may have happened, or still happen.
///
/// A repository belongs to one event loop, and is used on its thread alone.
package protocol Repository: BatchReader {
    // MARK: Sign-in

    /// The session of this id, whether or not its time has run out; `nil` if there is none.
    func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<OpenSession?, LoyaltyError>

    /// The data by which the login's password is checked; `nil` if no user has the login.
    func credentials(of login: Login) throws(LoyaltyError) -> Eventual<Credentials?, LoyaltyError>

    /// The places among those given from which the login has signed in before.
    func signInPlaces(
        of login: Login, among places: [SignInPlace]
    ) throws(LoyaltyError) -> Eventual<[SignInPlace], LoyaltyError>

    /// The user's login and time of registration; `nil` if there is no such user.
    func profile(of user: UserID) throws(LoyaltyError) -> Eventual<UserProfile?, LoyaltyError>

    /// True if the owner opened registration, false if the owner closed it, and `nil` if the configuration decides.
    func isRegistrationOpen() throws(LoyaltyError) -> Eventual<Bool?, LoyaltyError>

    /// Adds a user and opens their first session.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/loginTaken`` if another user has the login.
    func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) async throws(LoyaltyError) -> UserID

    /// Opens a session for a client that knows the password of these credentials.
    ///
    /// - Parameter hash: another hash of the same password, which replaces the stored one; `nil` to keep that.
    /// - Throws: ``Loyalty/LoyaltyError/wrongCredentials`` if the user has another password by now, or was disabled. So
    ///   a change that happens while the password is checked lets no one slip in.
    func addSession(
        _ session: NewSession, of credentials: Credentials, replacingHashBy hash: PasswordHash?
    ) async throws(LoyaltyError)

    /// Ends a session, if there is one of this id.
    func removeSession(_ id: SessionID) async throws(LoyaltyError)

    /// Replaces the password of these credentials, and in the same step ends all of the user's sessions but one and
    /// forgets all places from which the user signed in but those given.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/wrongCurrentPassword`` if the user has another password by now.
    func changePassword(
        of credentials: Credentials, to hash: PasswordHash, keeping session: SessionID, places: [SignInPlace]
    ) async throws(LoyaltyError)

    // MARK: Orders

    /// A page of the user's orders, the newest upload first.
    ///
    /// - Parameters:
    ///   - cursor: the cursor of the previous page; `nil` for the first page.
    ///   - limit: the most entries of the page; above zero.
    func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Order>, LoyaltyError>

    /// The order of this number; `nil` if this user has not uploaded it, even if another user has.
    func order(_ number: OrderNumber, of user: UserID) throws(LoyaltyError) -> Eventual<Order?, LoyaltyError>

    /// Stores an order if no user has uploaded it, and the user has not too many orders without a final status.
    func addOrder(
        _ number: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> OrderUpload

    // MARK: Points

    /// The user's points; none if there is no such user.
    func balance(of user: UserID) throws(LoyaltyError) -> Eventual<Balance, LoyaltyError>

    /// A page of the user's withdrawals, the newest first; the parameters are those of ``orders(of:from:limit:)``.
    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Withdrawal>, LoyaltyError>

    /// A page of the changes of the user's balance, the newest first; the parameters are those of
    /// ``orders(of:from:limit:)``.
    func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<LedgerEntry>, LoyaltyError>

    /// Spends points of the user on an order, if the balance allows it and the order has no withdrawal yet.
    ///
    /// - Parameter sum: above zero.
    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> WithdrawalResult
}

extension Repository {
    /// Opens a session for a client that knows the password of these credentials, whose hash stays.
    package func addSession(_ session: NewSession, of credentials: Credentials) async throws(LoyaltyError) {
        try await addSession(session, of: credentials, replacingHashBy: nil)
    }
}
