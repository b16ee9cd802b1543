import Eventual
import Loyalty
import Storage

/// The repository of a store in memory, with hooks by which a test interrupts it.
package final class InMemoryRepository: Repository {
    package let storage: InMemoryStorage
    /// The error that every call throws; `nil` for none.
    package var failure: LoyaltyError?
    /// Called with the name of each method.
    package var onCall: (String) -> Void = { _ in }
    /// The number of reads of orders and points.
    package private(set) var readCount = 0
    /// Runs once, after the next of these reads and before its result, as a commit may.
    package var duringNextRead: (() -> Void)?
    /// True if a full page names the next one even if that is empty, as a store may that does not look ahead.
    package var namesEmptyPages = false
    /// True if a session comes with its user's points, as a store that asks a server reads them.
    package var readsBalanceWithSession = false
    /// True if a commit is in progress, so that no revision is known.
    package var isChanging = false
    package private(set) var endedBatches = 0
    package private(set) var closes = 0

    package init(_ storage: InMemoryStorage) { self.storage = storage }

    private func call(_ name: String) throws(LoyaltyError) {
        onCall(name)
        if let failure { throw failure }
    }

    private func read<Value: Sendable>(
        _ name: String, _ body: (InMemoryTables) -> Value
    ) throws(LoyaltyError) -> Eventual<Value, LoyaltyError> {
        try call(name)
        readCount += 1
        let value = storage.read(body)
        let interruption = duringNextRead
        duringNextRead = nil
        interruption?()
        return .now(value)
    }

    private func page<Item>(
        _ name: String, limit: Int, _ body: (InMemoryTables) -> Page<Item>
    ) throws(LoyaltyError) -> Eventual<Page<Item>, LoyaltyError> {
        try read(name, body).map { [namesEmptyPages] page in
            guard namesEmptyPages, page.next == nil, page.items.count == limit else { return page }
            return Page(items: page.items, next: PageCursor(rawValue: 1))
        }
    }

    package func endBatch() { endedBatches += 1 }

    package func close() { closes += 1 }

    package func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<OpenSession?, LoyaltyError> {
        try call("session")
        return .now(
            storage.read { [isChanging, readsBalanceWithSession] tables in
                tables.sessions[id].map { session in
                    let revision = Revision(rawValue: tables.revisions[session.user] ?? 0)
                    return OpenSession(
                        user: session.user, expiresAt: session.expiresAt, revision: isChanging ? nil : revision,
                        balance: readsBalanceWithSession ? tables.balance(of: session.user) : nil)
                }
            })
    }

    package func credentials(of login: Login) throws(LoyaltyError) -> Eventual<Credentials?, LoyaltyError> {
        try call("credentials")
        return .now(storage.read { $0.credentials(of: login) })
    }

    package func signInPlaces(
        of login: Login, among places: [SignInPlace]
    ) throws(LoyaltyError) -> Eventual<[SignInPlace], LoyaltyError> {
        if let failure { throw failure }
        return .now(
            storage.read { tables in
                guard let index = tables.index(of: login) else { return [] }
                let known = tables.places[tables.users[index].id, default: []].map(\.place)
                return places.filter { known.contains($0) }
            })
    }

    package func profile(of user: UserID) throws(LoyaltyError) -> Eventual<UserProfile?, LoyaltyError> {
        try call("profile")
        return .now(
            storage.read { tables in
                tables.users.first { $0.id == user }.flatMap { user in
                    user.login.map { UserProfile(login: $0, createdAt: user.createdAt) }
                }
            })
    }

    package func isRegistrationOpen() throws(LoyaltyError) -> Eventual<Bool?, LoyaltyError> {
        try call("isRegistrationOpen")
        return .now(storage.read { $0.isRegistrationOpen })
    }

    package func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Order>, LoyaltyError> {
        try page("orders", limit: limit) { tables in
            tables.page(of: tables.uploads, from: cursor, limit: limit) { $0.user == user ? $0.order : nil }
        }
    }

    package func order(
        _ number: OrderNumber, of user: UserID
    ) throws(LoyaltyError) -> Eventual<Order?, LoyaltyError> {
        try read("order") { tables in
            tables.uploads.first { $0.user == user && $0.order.number == number }?.order
        }
    }

    package func balance(of user: UserID) throws(LoyaltyError) -> Eventual<Balance, LoyaltyError> {
        try read("balance") { $0.balance(of: user) }
    }

    package func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Withdrawal>, LoyaltyError> {
        try page("withdrawals", limit: limit) { tables in
            tables.page(of: tables.spent, from: cursor, limit: limit) {
                $0.user == user && $0.refundedAt == nil ? $0.withdrawal : nil
            }
        }
    }

    package func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<LedgerEntry>, LoyaltyError> {
        try page("ledger", limit: limit) { tables in
            tables.page(of: tables.entries, from: cursor, limit: limit) { $0.user == user ? $0.entry.entry : nil }
        }
    }

    package func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) async throws(LoyaltyError) -> UserID {
        try call("addUser")
        let user = storage.write { tables in
            let user = tables.addUser(login, passwordHash, at: now)
            if let user { tables.addSession(session, of: user, at: now) }
            return user
        }
        guard let user else { throw .loginTaken }
        return user
    }

    package func addSession(
        _ session: NewSession, of credentials: Credentials, replacingHashBy hash: PasswordHash?
    ) async throws(LoyaltyError) {
        try call("addSession")
        let now = storage.clock()
        let isAdded = storage.write { tables in
            guard tables.isCurrent(credentials) else { return false }
            if let hash { tables.replaceHash(of: credentials.user, by: hash) }
            tables.addSession(session, of: credentials.user, at: now)
            return true
        }
        guard isAdded else { throw .wrongCredentials }
    }

    package func removeSession(_ id: SessionID) async throws(LoyaltyError) {
        try call("removeSession")
        let now = storage.clock()
        storage.write { $0.endSession(id, at: now) }
    }

    package func changePassword(
        of credentials: Credentials, to hash: PasswordHash, keeping session: SessionID, places: [SignInPlace]
    ) async throws(LoyaltyError) {
        try call("changePassword")
        let now = storage.clock()
        let isChanged = storage.write { tables in
            tables.changePassword(of: credentials, to: hash, keeping: session, places, at: now)
        }
        guard isChanged else { throw .wrongCurrentPassword }
    }

    package func addOrder(
        _ number: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> OrderUpload {
        try call("addOrder")
        return storage.write { $0.addOrder(number, of: user, at: now) }
    }

    package func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> WithdrawalResult {
        try call("withdraw")
        return storage.write { $0.withdraw(sum, for: order, of: user, at: now) }
    }
}
