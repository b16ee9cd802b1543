import Loyalty
import Storage

/// A repository that keeps everything in memory, or fails where a test asks it to.
final class InMemoryRepository: Repository, ReadVersions {
    /// What every call throws from now on, where there is one.
    var failure: LoyaltyError?
    /// How many writes changed something: a refusal leaves it as it was.
    private(set) var changeCount = 0
    /// How often it was read.
    private(set) var readCount = 0
    /// Unfinished orders that one user may have.
    var unfinishedPerUserMax = Int.max
    /// Whether a full page names the one behind it even where that is empty, as a database may that does not look ahead.
    var namesEmptyPages = false
    /// Runs once, after the next read and before its answer, as a commit may.
    var duringNextRead: (() -> Void)?
    /// What an older snapshot is of, where a test reads from one.
    var snapshotVersion: ReadVersion?
    /// Whether a commit is under way, so that nobody knows what was the last.
    var isChanging = false
    /// The change that was a user's last.
    private var lastChange: [UserID: Int] = [:]

    private var users: [Login: Credentials] = [:]
    private var sessions: [SessionID: OpenSession] = [:]
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

    var version: ReadVersion { snapshotVersion ?? ReadVersion(commit: UInt64(changeCount)) }

    func lastChange(of user: UserID) -> ReadVersion? {
        isChanging ? nil : ReadVersion(commit: UInt64(lastChange[user] ?? 0))
    }

    func isCurrent(_ version: ReadVersion, of user: UserID) -> Bool {
        UInt64(lastChange[user] ?? 0) <= version.commit
    }

    func session(_ id: SessionID) throws(LoyaltyError) -> OpenSession? {
        try countRead()
        return sessions[id]
    }

    func credentials(of login: Login) throws(LoyaltyError) -> Credentials? {
        try throwFailure()
        return users[login]
    }

    /// None: the throttle of a test remembers all that it saw.
    func signInPlaces(of login: Login, among places: [SignInPlace]) throws(LoyaltyError) -> [SignInPlace] { [] }

    func profile(of user: UserID) throws(LoyaltyError) -> UserProfile? {
        try throwFailure()
        return users.first { $0.value.user == user }.map {
            UserProfile(login: $0.key, createdAt: StandingClock.start)
        }
    }

    func orders(of user: UserID, from cursor: PageCursor?, limit: Int) throws(LoyaltyError) -> Page<Order> {
        try countRead()
        return page(of: uploads.reversed().filter { $0.user == user }.map(\.order), from: cursor, limit: limit)
    }

    func order(_ number: OrderNumber, of user: UserID) throws(LoyaltyError) -> Order? {
        try countRead()
        defer { interrupt() }
        return uploads.first { $0.user == user && $0.order.number == number }?.order
    }

    func balance(of user: UserID) throws(LoyaltyError) -> Balance {
        try countRead()
        defer { interrupt() }
        return balances[user] ?? Balance(current: .zero, withdrawn: .zero)
    }

    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Page<Withdrawal> {
        try countRead()
        return page(of: spent.reversed().filter { $0.user == user }.map(\.withdrawal), from: cursor, limit: limit)
    }

    func ledger(of user: UserID, from cursor: PageCursor?, limit: Int) throws(LoyaltyError) -> Page<LedgerEntry> {
        try countRead()
        return page(of: entries.reversed().filter { $0.user == user }.map(\.entry), from: cursor, limit: limit)
    }

    /// A cursor counts what was read.
    private func page<Item>(of items: [Item], from cursor: PageCursor?, limit: Int) -> Page<Item> {
        defer { interrupt() }
        let start = Int(cursor?.rawValue ?? 0)
        let end = min(items.count, start + limit)
        let hasNext = end < items.count || (namesEmptyPages && end - start == limit)
        return Page(
            items: Array(items[start..<end]), next: hasNext ? PageCursor(rawValue: Int64(end)) : nil)
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

/// What a test puts there itself.
extension InMemoryRepository {
    func addUser(_ login: Login, passwordHash: PasswordHash) -> UserID {
        let user = UserID(rawValue: Int64(users.count + 1))
        users[login] = Credentials(user: user, passwordHash: passwordHash)
        noteChange(of: user)
        return user
    }

    func put(_ session: NewSession, of user: UserID) {
        sessions[session.id] = OpenSession(user: user, expiresAt: session.expiresAt)
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

    /// One commit that touches several.
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
