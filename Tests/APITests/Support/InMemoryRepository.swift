import Loyalty

/// A repository that keeps everything in memory, or fails where a test asks it to.
final class InMemoryRepository: Repository {
    /// What every call throws from now on, where there is one.
    var failure: LoyaltyError?
    /// How many writes changed something: a refusal leaves it as it was.
    private(set) var changeCount = 0

    private var users: [Login: Credentials] = [:]
    private var sessions: [SessionID: (user: UserID, expiresAt: Timestamp)] = [:]
    private var uploads: [(user: UserID, order: Order)] = []
    private var spent: [(user: UserID, withdrawal: Withdrawal)] = []
    private var balances: [UserID: Balance] = [:]

    private func throwFailure() throws(LoyaltyError) {
        if let failure { throw failure }
    }

    func user(ofSession id: SessionID, at now: Timestamp) throws(LoyaltyError) -> UserID? {
        try throwFailure()
        guard let session = sessions[id], now < session.expiresAt else { return nil }
        return session.user
    }

    func credentials(of login: Login) throws(LoyaltyError) -> Credentials? {
        try throwFailure()
        return users[login]
    }

    func orders(of user: UserID) throws(LoyaltyError) -> [Order] {
        try throwFailure()
        return uploads.reversed().filter { $0.user == user }.map(\.order)
    }

    func balance(of user: UserID) throws(LoyaltyError) -> Balance {
        try throwFailure()
        return balances[user] ?? Balance(current: .zero, withdrawn: .zero)
    }

    func withdrawals(of user: UserID) throws(LoyaltyError) -> [Withdrawal] {
        try throwFailure()
        return spent.reversed().filter { $0.user == user }.map(\.withdrawal)
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

    func addSession(_ session: NewSession, of user: UserID) async throws(LoyaltyError) {
        try throwFailure()
        put(session, of: user)
    }

    func addOrder(
        _ number: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> OrderUpload {
        try throwFailure()
        if let earlier = uploads.first(where: { $0.order.number == number }) {
            return earlier.user == user ? .uploadedBefore : .uploadedByAnother
        }
        put(Order(number: number, status: .new, accrual: .zero, uploadedAt: now), of: user)
        return .accepted(OrderID(rawValue: Int64(uploads.count)))
    }

    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> WithdrawalOutcome {
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
        changeCount += 1
        return user
    }

    func put(_ session: NewSession, of user: UserID) {
        sessions[session.id] = (user, session.expiresAt)
        changeCount += 1
    }

    func put(_ order: Order, of user: UserID) {
        uploads.append((user, order))
        changeCount += 1
    }

    func put(_ withdrawal: Withdrawal, of user: UserID) {
        spent.append((user, withdrawal))
        changeCount += 1
    }

    func setBalance(_ balance: Balance, of user: UserID) {
        balances[user] = balance
        changeCount += 1
    }

    func credit(_ points: Points, to user: UserID) {
        let balance = balances[user] ?? Balance(current: .zero, withdrawn: .zero)
        let sum = balance.current.hundredths + points.hundredths
        setBalance(Balance(current: Points(hundredths: sum), withdrawn: balance.withdrawn), of: user)
    }
}
