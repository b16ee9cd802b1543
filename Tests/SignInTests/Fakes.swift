import Eventual
import Loyalty
import SignIn
import Storage
import Synchronization

/// The calls that the services made to the fakes of one test, in order.
final class FakeJournal: Sendable {
    private let noted = Mutex<[String]>([])

    func note(_ call: String) { noted.withLock { $0.append(call) } }
    var calls: [String] { noted.withLock { $0 } }
}

/// A repository that keeps everything in memory, or fails if a test asks it to.
final class FakeRepository: Repository {
    let journal: FakeJournal
    /// The error that every call throws from now on, if any.
    var failure: LoyaltyError?
    /// If true, a login that is missing when asked for exists when it is added: two clients register it at once.
    var losesRaces = false

    private(set) var users: [Login: Credentials] = [:]
    /// The places from which each user has signed in; a test may remove them.
    var places: [UserID: [SignInPlace]] = [:]
    private(set) var sessions: [SessionID: OpenSession] = [:]
    private(set) var uploads: [(number: OrderNumber, user: UserID, at: Timestamp)] = []
    private(set) var spent: [(order: OrderNumber, user: UserID, sum: Points, at: Timestamp)] = []
    /// The most unfinished orders of one user.
    var unfinishedPerUserMax = Int.max
    var balances: [UserID: Balance] = [:]
    /// The entries of each user, newest first.
    var entries: [UserID: [LedgerEntry]] = [:]

    init(journal: FakeJournal) {
        self.journal = journal
    }

    func endBatch() {}

    func close() {}

    private func call(_ name: String) throws(LoyaltyError) {
        journal.note(name)
        if let failure { throw failure }
    }

    func disable(_ login: Login) {
        users[login] = users[login].map {
            Credentials(user: $0.user, passwordHash: $0.passwordHash, isEnabled: false)
        }
    }

    func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<OpenSession?, LoyaltyError> {
        try call("session")
        return .now(sessions[id])
    }

    func credentials(of login: Login) throws(LoyaltyError) -> Eventual<Credentials?, LoyaltyError> {
        try call("credentials")
        return .now(losesRaces ? nil : users[login])
    }

    func signInPlaces(
        of login: Login, among places: [SignInPlace]
    ) throws(LoyaltyError) -> Eventual<[SignInPlace], LoyaltyError> {
        guard let user = users[login]?.user else { return .now([]) }
        return .now(places.filter { self.places[user, default: []].contains($0) })
    }

    private func remember(_ origin: SignInOrigin?, of user: UserID) {
        if let origin { places[user, default: []] += [origin.network, origin.device] }
    }

    func profile(of user: UserID) throws(LoyaltyError) -> Eventual<UserProfile?, LoyaltyError> {
        try call("profile")
        let login = users.first { $0.value.user == user }?.key
        return .now(login.map { UserProfile(login: $0, createdAt: Timestamp(milliseconds: 0)) })
    }

    func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Order>, LoyaltyError> {
        try call("orders")
        let orders = uploads.reversed().filter { $0.user == user }.map {
            Order(number: $0.number, status: .new, accrual: .zero, uploadedAt: $0.at)
        }
        return .now(page(of: orders, from: cursor, limit: limit))
    }

    func balance(of user: UserID) throws(LoyaltyError) -> Eventual<Balance, LoyaltyError> {
        try call("balance")
        return .now(balances[user] ?? Balance(current: .zero, withdrawn: .zero))
    }

    func order(_ number: OrderNumber, of user: UserID) throws(LoyaltyError) -> Eventual<Order?, LoyaltyError> {
        try call("order")
        let upload = uploads.first { $0.number == number && $0.user == user }
        return .now(
            upload.map { Order(number: $0.number, status: .new, accrual: .zero, uploadedAt: $0.at) })
    }

    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Withdrawal>, LoyaltyError> {
        try call("withdrawals")
        let withdrawals = spent.reversed().filter { $0.user == user }.map {
            Withdrawal(order: $0.order, sum: $0.sum, processedAt: $0.at)
        }
        return .now(page(of: withdrawals, from: cursor, limit: limit))
    }

    func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<LedgerEntry>, LoyaltyError> {
        try call("ledger")
        return .now(page(of: entries[user] ?? [], from: cursor, limit: limit))
    }

    /// A cursor counts the items that were read.
    private func page<Item>(of items: [Item], from cursor: PageCursor?, limit: Int) -> Page<Item> {
        let start = Int(cursor?.rawValue ?? 0)
        let end = min(items.count, start + limit)
        return Page(
            items: Array(items[start..<end]), next: end < items.count ? PageCursor(rawValue: Int64(end)) : nil)
    }

    func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) async throws(LoyaltyError) -> UserID {
        try call("addUser")
        guard users[login] == nil else { throw .loginTaken }
        let user = UserID(rawValue: Int64(users.count + 1))
        users[login] = Credentials(user: user, passwordHash: passwordHash)
        sessions[session.id] = OpenSession(user: user, expiresAt: session.expiresAt)
        remember(session.origin, of: user)
        return user
    }

    func addSession(_ session: NewSession, of credentials: Credentials) async throws(LoyaltyError) {
        try call("addSession")
        guard users.values.contains(credentials) else { throw .wrongCredentials }
        sessions[session.id] = OpenSession(user: credentials.user, expiresAt: session.expiresAt)
        remember(session.origin, of: credentials.user)
    }

    func removeSession(_ id: SessionID) async throws(LoyaltyError) {
        try call("removeSession")
        sessions[id] = nil
    }

    func changePassword(
        of credentials: Credentials, to hash: PasswordHash, keeping session: SessionID, places kept: [SignInPlace]
    ) async throws(LoyaltyError) {
        try call("changePassword")
        guard let login = users.first(where: { $0.value == credentials })?.key else { throw .wrongCurrentPassword }
        users[login] = Credentials(user: credentials.user, passwordHash: hash)
        sessions = sessions.filter { $0.value.user != credentials.user || $0.key == session }
        places[credentials.user]?.removeAll { !kept.contains($0) }
    }

    func addOrder(
        _ number: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> OrderUpload {
        try call("addOrder")
        if let earlier = uploads.first(where: { $0.number == number }) {
            return earlier.user == user ? .uploadedBefore : .uploadedByAnother
        }
        guard uploads.count(where: { $0.user == user }) < unfinishedPerUserMax else { return .tooManyUnfinished }
        uploads.append((number, user, now))
        return .accepted(OrderID(rawValue: Int64(uploads.count)))
    }

    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> WithdrawalResult {
        try call("withdraw")
        if let earlier = spent.first(where: { $0.order == order }) {
            return earlier.user == user && earlier.sum == sum ? .repeated : .conflict
        }
        let balance = balances[user] ?? Balance(current: .zero, withdrawn: .zero)
        guard sum <= balance.current else { return .notEnoughPoints }
        balances[user] = Balance(
            current: Points(hundredths: balance.current.hundredths - sum.hundredths),
            withdrawn: Points(hundredths: balance.withdrawn.hundredths + sum.hundredths))
        spent.append((order, user, sum, now))
        return .withdrawn
    }
}

/// A hasher whose hashes contain the password.
final class FakeHasher: PasswordHasher {
    let journal: FakeJournal
    private let failure: LoyaltyError?
    private let sources = Mutex<[AttemptSource]>([])

    init(journal: FakeJournal, failure: LoyaltyError? = nil) {
        (self.journal, self.failure) = (journal, failure)
    }

    /// The sources whose passwords it was given.
    var askedFrom: [AttemptSource] { sources.withLock { $0 } }

    func hash(_ password: Password, in turn: HashingTurn) async throws(LoyaltyError) -> PasswordHash {
        sources.withLock { $0.append(turn.source) }
        journal.note("hash")
        if let failure { throw failure }
        return PasswordHash(text: "hash of \(password.text)")
    }

    func verify(
        _ password: Password, against hash: PasswordHash?, in turn: HashingTurn
    ) async throws(LoyaltyError) -> Bool {
        sources.withLock { $0.append(turn.source) }
        journal.note(hash == nil ? "verify nil" : "verify")
        if let failure { throw failure }
        return hash?.text == "hash of \(password.text)"
    }
}

/// Makes the tokens 1, 2, 3 and so on, and devices likewise.
final class FakeTokens: SessionTokens {
    private let count = Mutex(0)
    private let devices = Mutex(0)

    func makeToken() -> SessionToken {
        SessionToken(
            text: count.withLock { count in
                count += 1
                return "token \(count)"
            })
    }

    func makeDevice() -> Device {
        .number(
            devices.withLock { count in
                count += 1
                return count
            })
    }

    func place(of device: Device) -> SignInPlace {
        SignInPlace(bytes: Array(device.text.utf8) + [UInt8](repeating: 0, count: 10))
    }

    func id(of token: SessionToken) -> SessionID {
        let text = token.text.utf8.prefix(SessionID.byteCount)
        return SessionID(bytes: text + [UInt8](repeating: 0, count: SessionID.byteCount - text.count))
    }
}

final class FakeQueue: OrderQueue {
    let journal: FakeJournal
    private let orders = Mutex<[UnfinishedOrder]>([])

    init(journal: FakeJournal) {
        self.journal = journal
    }

    func put(_ order: UnfinishedOrder) {
        journal.note("put")
        orders.withLock { $0.append(order) }
    }

    var taken: [UnfinishedOrder] { orders.withLock { $0 } }
}

/// A clock that a test sets.
final class FakeClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_000_000)

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    func advance(byMilliseconds distance: Int64) {
        milliseconds.withLock { $0 += distance }
    }
}
