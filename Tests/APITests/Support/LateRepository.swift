import Eventual
import Loyalty
import Storage

/// A repository whose reads have to be waited for, as those of a store that asks a server.
final class LateRepository: Repository {
    private let repository: any Repository

    init(_ repository: any Repository) {
        self.repository = repository
    }

    private func late<Value>(
        _ value: Eventual<Value, LoyaltyError>
    ) -> Eventual<Value, LoyaltyError> {
        .later { () async throws(LoyaltyError) in
            await Task.yield()
            return try await value.get()
        }
    }

    func endBatch() { repository.endBatch() }

    func close() { repository.close() }

    func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<OpenSession?, LoyaltyError> {
        late(try repository.session(id))
    }

    func credentials(of login: Login) throws(LoyaltyError) -> Eventual<Credentials?, LoyaltyError> {
        late(try repository.credentials(of: login))
    }

    func signInPlaces(
        of login: Login, among places: [SignInPlace]
    ) throws(LoyaltyError) -> Eventual<[SignInPlace], LoyaltyError> {
        late(try repository.signInPlaces(of: login, among: places))
    }

    func profile(of user: UserID) throws(LoyaltyError) -> Eventual<UserProfile?, LoyaltyError> {
        late(try repository.profile(of: user))
    }

    func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Order>, LoyaltyError> {
        late(try repository.orders(of: user, from: cursor, limit: limit))
    }

    func order(_ number: OrderNumber, of user: UserID) throws(LoyaltyError) -> Eventual<Order?, LoyaltyError> {
        late(try repository.order(number, of: user))
    }

    func balance(of user: UserID) throws(LoyaltyError) -> Eventual<Balance, LoyaltyError> {
        late(try repository.balance(of: user))
    }

    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Withdrawal>, LoyaltyError> {
        late(try repository.withdrawals(of: user, from: cursor, limit: limit))
    }

    func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<LedgerEntry>, LoyaltyError> {
        late(try repository.ledger(of: user, from: cursor, limit: limit))
    }

    func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) async throws(LoyaltyError) -> UserID {
        try await repository.addUser(login, passwordHash: passwordHash, session: session, at: now)
    }

    func addSession(_ session: NewSession, of credentials: Credentials) async throws(LoyaltyError) {
        try await repository.addSession(session, of: credentials)
    }

    func removeSession(_ id: SessionID) async throws(LoyaltyError) {
        try await repository.removeSession(id)
    }

    func changePassword(
        of credentials: Credentials, to hash: PasswordHash, keeping session: SessionID, places: [SignInPlace]
    ) async throws(LoyaltyError) {
        try await repository.changePassword(of: credentials, to: hash, keeping: session, places: places)
    }

    func addOrder(
        _ number: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> OrderUpload {
        try await repository.addOrder(number, of: user, at: now)
    }

    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> WithdrawalResult {
        try await repository.withdraw(sum, for: order, of: user, at: now)
    }
}
