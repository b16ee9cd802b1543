import Eventual
import Loyalty
import Storage

/// A repository that keeps everything in memory, or fails if a test wants it to.
final class InMemoryRepository: Repository {
    /// The error that every call throws from now on; `nil` for none.
    var failure: LoyaltyError?
    /// The number of writes that changed something. A refusal changes nothing.
    private(set) var changeCount = 0
    /// The number of reads, but for those of sessions.
    private(set) var readCount = 0
    private(set) var endedBatches = 0
    private(set) var closes = 0
    /// The unfinished orders that one user may have.
    var unfinishedPerUserMax = Int.max
    /// True if a full page names the next page even if that is empty, as a database may that does not look ahead.
    var namesEmptyPages = false
    /// Runs once, after the next read and before its result is returned, as a commit may.
    var duringNextRead: (() -> Void)?
    /// True while users have no revision, as during a commit.
    var isChanging = false
    /// The last change of each user.
    private var lastChange: [UserID: Int] = [:]

    private var users: [Login: Credentials] = [:]
    private var sessions: [SessionID: OpenSession] = [:]
    /// The places from which each user has signed in.
    private var places: [UserID: Set<SignInPlace>] = [:]
    private var uploads: [(user: UserID, order: Order)] = []
    private var spent: [(user: UserID, withdrawal: Withdrawal)] = []
    private var balances: [UserID: Balance] = [:]
    private var entries: [(user: UserID, entry: LedgerEntry)] = []

    private func countRead() throws(LoyaltyError) {
        readCount += 1
        try throwFailure()
    }

    private func interrupt() {
        let interruption = duringNextRead
        duringNextRead = nil
        interruption?()
    }

    private func throwFailure() throws(LoyaltyError) {
        if let failure { throw failure }
    }

    func endBatch() { endedBatches += 1 }

    func close() { closes += 1 }

    func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<OpenSession?, LoyaltyError> {
        try throwFailure()
        guard let session = sessions[id] else { return .now(nil) }
        let revision = isChanging ? nil : Revision(rawValue: UInt64(lastChange[session.user] ?? 0))
        return .now(OpenSession(user: session.user, expiresAt: session.expiresAt, revision: revision))
    }

    func credentials(of login: Login) throws(LoyaltyError) -> Eventual<Credentials?, LoyaltyError> {
        try throwFailure()
        return .now(users[login])
    }

    func signInPlaces(
        of login: Login, among places: [SignInPlace]
    ) throws(LoyaltyError) -> Eventual<[SignInPlace], LoyaltyError> {
        let known = users[login].flatMap { self.places[$0.user] } ?? []
        return .now(places.filter(known.contains))
    }

    func profile(of user: UserID) throws(LoyaltyError) -> Eventual<UserProfile?, LoyaltyError> {
        try throwFailure()
        let login = users.first { $0.value.user == user }?.key
        return .now(login.map { UserProfile(login: $0, createdAt: StandingClock.start) })
    }

    func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Order>, LoyaltyError> {
        try countRead()
        return page(of: uploads.reversed().filter { $0.user == user }.map(\.order), from: cursor, limit: limit)
    }

    func order(_ number: OrderNumber, of user: UserID) throws(LoyaltyError) -> Eventual<Order?, LoyaltyError> {
        try countRead()
        defer { interrupt() }
        return .now(uploads.first { $0.user == user && $0.order.number == number }?.order)
    }

    func balance(of user: UserID) throws(LoyaltyError) -> Eventual<Balance, LoyaltyError> {
        try countRead()
        defer { interrupt() }
        return .now(balances[user] ?? Balance(current: .zero, withdrawn: .zero))
    }

    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Withdrawal>, LoyaltyError> {
        try countRead()
        return page(of: spent.reversed().filter { $0.user == user }.map(\.withdrawal), from: cursor, limit: limit)
    }

    func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<LedgerEntry>, LoyaltyError> {
        try countRead()
        return page(of: entries.reversed().filter { $0.user == user }.map(\.entry), from: cursor, limit: limit)
    }

    /// A cursor is the number of entries that were read.
    private func page<Item>(
        of items: [Item], from cursor: PageCursor?, limit: Int
    ) -> Eventual<Page<Item>, LoyaltyError> {
        defer { interrupt() }
        let start = Int(cursor?.rawValue ?? 0)
        let end = min(items.count, start + limit)
        let hasNext = end < items.count || (namesEmptyPages && end - start == limit)
        return .now(
            Page(items: Array(items[start..<end]), next: hasNext ? PageCursor(rawValue: Int64(end)) : nil))
    }

    func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) async throws(LoyaltyError) -> UserID {
        try throwFailure()
        guard users[login] == nil else { throw .loginTaken }
        let user = addUser(login, passwordHash: passwordHash)
        put(session, of: user)
        return user
    }

    func addSession(_ session: NewSession, of credentials: Credentials) async throws(LoyaltyError) {
        try throwFailure()
        guard users.values.contains(credentials) else { throw .wrongCredentials }
        put(session, of: credentials.user)
    }

    func removeSession(_ id: SessionID) async throws(LoyaltyError) {
        try throwFailure()
        if let session = sessions[id] { remove(id, of: session.user) }
    }

    func changePassword(
        of credentials: Credentials, to hash: PasswordHash, keeping session: SessionID, places: [SignInPlace]
    ) async throws(LoyaltyError) {
        try throwFailure()
        guard let login = users.first(where: { $0.value == credentials })?.key else { throw .wrongCurrentPassword }
        users[login] = Credentials(user: credentials.user, passwordHash: hash)
        sessions = sessions.filter { $0.value.user != credentials.user || $0.key == session }
        self.places[credentials.user]?.formIntersection(places)
        noteChange(of: credentials.user)
    }

    func addOrder(
        _ number: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> OrderUpload {
        try throwFailure()
        if let earlier = uploads.first(where: { $0.order.number == number }) {
            return earlier.user == user ? .uploadedBefore : .uploadedByAnother
        }
        guard uploads.count(where: { $0.user == user && !$0.order.status.isFinal }) < unfinishedPerUserMax else {
            return .tooManyUnfinished
        }
        put(Order(number: number, status: .new, accrual: .zero, uploadedAt: now), of: user)
        return .accepted(OrderID(rawValue: Int64(uploads.count)))
    }

    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> WithdrawalResult {
        try throwFailure()
        if let earlier = spent.first(where: { $0.withdrawal.order == order }) {
            return earlier.user == user && earlier.withdrawal.sum == sum ? .repeated : .conflict
        }
        let balance = balances[user] ?? Balance(current: .zero, withdrawn: .zero)
        guard sum <= balance.current else { return .notEnoughPoints }
        setBalance(
            Balance(
                current: Points(hundredths: balance.current.hundredths - sum.hundredths),
                withdrawn: Points(hundredths: balance.withdrawn.hundredths + sum.hundredths)),
            of: user)
        put(Withdrawal(order: order, sum: sum, processedAt: now), of: user)
        return .withdrawn
    }
}

/// Data that a test puts into the repository.
extension InMemoryRepository {
    func addUser(_ login: Login, passwordHash: PasswordHash) -> UserID {
        let user = UserID(rawValue: Int64(users.count + 1))
        users[login] = Credentials(user: user, passwordHash: passwordHash)
        noteChange(of: user)
        return user
    }

    func put(_ session: NewSession, of user: UserID) {
        sessions[session.id] = OpenSession(user: user, expiresAt: session.expiresAt)
        if let origin = session.origin { places[user, default: []].formUnion([origin.network, origin.device]) }
        noteChange(of: user)
    }

    func remove(_ id: SessionID, of user: UserID) {
        sessions[id] = nil
        noteChange(of: user)
    }

    func put(_ order: Order, of user: UserID) {
        uploads.append((user, order))
        noteChange(of: user)
    }

    func put(_ withdrawal: Withdrawal, of user: UserID) {
        spent.append((user, withdrawal))
        noteChange(of: user)
    }

    func put(_ entry: LedgerEntry, of user: UserID) {
        entries.append((user, entry))
        noteChange(of: user)
    }

    func setBalance(_ balance: Balance, of user: UserID) {
        balances[user] = balance
        noteChange(of: user)
    }

    private func noteChange(of user: UserID) { noteCommonChange(of: [user]) }

    /// Notes one commit that touches several users.
    func noteCommonChange(of users: [UserID]) {
        changeCount += 1
        for user in users { lastChange[user] = changeCount }
    }

    func credit(_ points: Points, to user: UserID) {
        let balance = balances[user] ?? Balance(current: .zero, withdrawn: .zero)
        let sum = balance.current.hundredths + points.hundredths
        setBalance(Balance(current: Points(hundredths: sum), withdrawn: balance.withdrawn), of: user)
    }
}
