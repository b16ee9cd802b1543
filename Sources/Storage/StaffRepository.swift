import Eventual
import Loyalty

/// The shop as its staff sees and changes it, on one event loop. Its reads and writes promise the same as those of
/// ``Repository``, and long lists come in pages like those there.
package protocol StaffRepository: BatchReader {
    // MARK: Sign-in of the staff

    /// The session of this id, whether or not its time has run out; `nil` if there is none. A disabled or deleted
    /// person has none.
    func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<StaffSession?, LoyaltyError>

    /// The active API key whose token has this SHA-256; `nil` if there is none.
    func key(_ id: SessionID) throws(LoyaltyError) -> Eventual<StaffAccount?, LoyaltyError>

    /// The data by which a person's password is checked; `nil` if no person has the name. The account may be disabled.
    func credentials(of name: StaffName) throws(LoyaltyError) -> Eventual<StaffCredentials?, LoyaltyError>

    /// Opens a session for a client that knows the password of these credentials, and records the sign-in.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/wrongCredentials`` if the person has another password by now, or was disabled.
    func addSession(
        _ session: NewSession, of credentials: StaffCredentials, from address: String, at now: Timestamp
    ) async throws(LoyaltyError)

    /// Ends a session, if there is one of this id, and records the sign-out.
    func removeSession(_ id: SessionID, from address: String, at now: Timestamp) async throws(LoyaltyError)

    /// Replaces the password of these credentials, ends all of the person's sessions but one, and records it.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/wrongCurrentPassword`` if the person has another password by now.
    func changePassword(
        of credentials: StaffCredentials, to hash: PasswordHash, keeping session: SessionID, from address: String,
        at now: Timestamp
    ) async throws(LoyaltyError)

    /// Notes that an account was used. A caller asks ``Loyalty/StaffAccount/needsUseNote(at:)`` first.
    func noteUse(of staff: StaffID, at now: Timestamp) async throws(LoyaltyError)

    // MARK: Changes

    /// Makes a change, and records it, in one transaction.
    ///
    /// - Parameter request: the request whose response the store keeps, or has kept; `nil` for a request without a key.
    func apply(
        _ change: ShopChange, by actor: Actor, request: IdempotentRequest?, at now: Timestamp
    ) async throws(LoyaltyError) -> AppliedChange

    // MARK: Customers

    /// A page of the customers whose login begins with this text, in the order of their logins, without deleted ones.
    func customers(
        startingWith prefix: String, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<UserAccount>, LoyaltyError>

    /// The customers who uploaded an order of this number or spent points on it: none, one or two.
    func customers(of number: OrderNumber) throws(LoyaltyError) -> Eventual<[UserAccount], LoyaltyError>

    /// The customer of this id; `nil` if there is none, or if the customer was deleted.
    func customer(_ user: UserID) throws(LoyaltyError) -> Eventual<UserAccount?, LoyaltyError>

    func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<CustomerOrder>, LoyaltyError>

    /// A page of the customer's withdrawals, refunded ones included, the newest first.
    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<CustomerWithdrawal>, LoyaltyError>

    /// A page of the changes of the customer's balance with authors and reasons, the newest first.
    func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<AnnotatedEntry>, LoyaltyError>

    /// The records of the customer's sign-ins.
    func signIns(of user: UserID) throws(LoyaltyError) -> Eventual<CustomerSignIns, LoyaltyError>

    /// Everything that is stored under an order number.
    func facts(of number: OrderNumber) throws(LoyaltyError) -> Eventual<NumberFacts, LoyaltyError>

    // MARK: The shop

    /// A page of the actions, the newest first.
    ///
    /// - Parameter user: the customer on whom the actions were; `nil` for all actions.
    func actions(
        on user: UserID?, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<StaffAction>, LoyaltyError>

    /// All people and keys that were not deleted, in the order of their ids.
    func staff() throws(LoyaltyError) -> Eventual<[StaffAccount], LoyaltyError>

    /// True if the owner opened registration, false if the owner closed it, and `nil` if the configuration decides.
    func isRegistrationOpen() throws(LoyaltyError) -> Eventual<Bool?, LoyaltyError>

    /// The figures of consecutive spans of time.
    ///
    /// - Parameter bounds: the beginning of each span, and the end of the last; at least two, growing. Each is rounded
    ///   down to a multiple of ``Loyalty/Figures/quarterMilliseconds``.
    func figures(between bounds: [Timestamp]) throws(LoyaltyError) -> Eventual<[Figures], LoyaltyError>

    /// The facts about the accrual pipeline of all servers that have the store open; `nil` if an engine lets one server
    /// open it.
    func leadersReport() throws(LoyaltyError) -> Eventual<LeadersReport?, LoyaltyError>
}
