import Eventual
import Loyalty
import Storage

extension Eventual {
    /// The value as a store that asks a server answers it: it has to be waited for.
    var late: Eventual {
        .later { () async throws(Failure) in
            await Task.yield()
            return try await get()
        }
    }
}

/// A repository whose reads have to be waited for, as those of a store that asks a server.
final class LateRepository: Repository {
    private let repository: any Repository

    init(_ repository: any Repository) {
        self.repository = repository
    }

    func endBatch() { repository.endBatch() }

    func close() { repository.close() }

    func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<OpenSession?, LoyaltyError> {
        try repository.session(id).late
    }

    func credentials(of login: Login) throws(LoyaltyError) -> Eventual<Credentials?, LoyaltyError> {
        try repository.credentials(of: login).late
    }

    func signInPlaces(
        of login: Login, among places: [SignInPlace]
    ) throws(LoyaltyError) -> Eventual<[SignInPlace], LoyaltyError> {
        try repository.signInPlaces(of: login, among: places).late
    }

    func profile(of user: UserID) throws(LoyaltyError) -> Eventual<UserProfile?, LoyaltyError> {
        try repository.profile(of: user).late
    }

    func isRegistrationOpen() throws(LoyaltyError) -> Eventual<Bool?, LoyaltyError> {
        try repository.isRegistrationOpen().late
    }

    func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Order>, LoyaltyError> {
        try repository.orders(of: user, from: cursor, limit: limit).late
    }

    func order(_ number: OrderNumber, of user: UserID) throws(LoyaltyError) -> Eventual<Order?, LoyaltyError> {
        try repository.order(number, of: user).late
    }

    func balance(of user: UserID) throws(LoyaltyError) -> Eventual<Balance, LoyaltyError> {
        try repository.balance(of: user).late
    }

    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Withdrawal>, LoyaltyError> {
        try repository.withdrawals(of: user, from: cursor, limit: limit).late
    }

    func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<LedgerEntry>, LoyaltyError> {
        try repository.ledger(of: user, from: cursor, limit: limit).late
    }

    func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) async throws(LoyaltyError) -> UserID {
        try await repository.addUser(login, passwordHash: passwordHash, session: session, at: now)
    }

    func addSession(
        _ session: NewSession, of credentials: Credentials, replacingHashBy hash: PasswordHash?
    ) async throws(LoyaltyError) {
        try await repository.addSession(session, of: credentials, replacingHashBy: hash)
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
