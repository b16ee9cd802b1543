import API
import Changes
import HTTP
import Loyalty
import SignIn
import Storage
import TestSupport
import Web

/// The API over fakes, with a few users who have done something already.
///
/// `ann` has an order of each status, 500.5 points and two withdrawals, `bob` an order and a withdrawal, `carl`
/// nothing. Each has the password `secret` and a session by their name.
final class TestAPI {
    let repository = InMemoryRepository(InMemoryStorage(clock: { TestClock.start }, unfinishedPerUserMax: .max))
    let tokens = CountedTokens()
    let clock = TestClock(milliseconds: TestClock.start.milliseconds)
    let queue = KeptOrders()
    let changeLog: ChangeLog
    /// The feed whose reads have to be waited for; `nil` if those of the log are there at once.
    let lateFeed: LateFeed?
    let api: APIHandler
    private(set) var users: [String: UserID] = [:]
    /// The address that requests come from.
    var peer = IPAddress(ipv4: 0xC000_0201)

    static let sessionSeconds: Int64 = 30 * 86_400

    /// - Parameters:
    ///   - startedMilliseconds: when the server started, after the clock's first moment.
    ///   - isLate: true if reads of the repository have to be waited for.
    ///   - feedIsLate: true if reads of a user's changes have to be waited for.
    init(
        passwordBytesMin: Int = 1, hasherFailure: LoyaltyError? = nil,
        throttle policy: ThrottlePolicy = .standard, eventLimits: EventHub.Limits = EventHub.Limits(),
        keptChangesMax: Int = 1000, startedMilliseconds: Int64 = 0, isLate: Bool = false,
        feedIsLate: Bool = false,
        configure: (inout GophermartAPI.Settings) -> Void = { _ in }
    ) {
        var settings = GophermartAPI.Settings()
        configure(&settings)
        let now = { @Sendable [clock] in clock.now }
        let reads: any Repository = isLate ? LateRepository(repository) : repository
        let accounts = AccountService(
            repository: reads, hasher: PlainHasher(failure: hasherFailure), tokens: tokens,
            policy: AccountPolicy(passwordBytesMin: passwordBytesMin, sessionSeconds: settings.sessionSeconds),
            throttle: AccountThrottle(policy) { [clock] in clock.now.milliseconds }, clock: now)
        changeLog = ChangeLog(
            capacity: keptChangesMax, start: clock.now.advanced(byMilliseconds: startedMilliseconds))
        lateFeed = feedIsLate ? LateFeed(changeLog) : nil
        api = GophermartAPI.handler(
            accounts: accounts, repository: reads, queue: queue, clock: now,
            events: EventHub(feed: lateFeed ?? changeLog, limits: eventLimits), settings: settings,
            requestIDs: RequestIDs(prefix: 0x5EED))
        for name in ["ann", "bob", "carl"] { addUser(name) }
        addPast()
    }

    func addUser(_ name: String) {
        guard let login = try? Login(name) else { preconditionFailure("\(name) is a login") }
        users[name] = repository.addUser(login, passwordHash: PlainHasher.hash("secret"))
        addSession(name, of: name)
    }

    /// Signs a user in with a token of the test's choice.
    func addSession(_ token: String, of user: String, expiresAt: Timestamp? = nil) {
        let token = SessionToken(text: token)
        let end = expiresAt ?? clock.now.advanced(byMilliseconds: Self.sessionSeconds * 1000)
        repository.put(NewSession(token: token, id: tokens.id(of: token), expiresAt: end), of: users[user]!)
    }

    func removeSession(_ token: String, of user: String) {
        repository.remove(tokens.id(of: SessionToken(text: token)))
    }

    private func addPast() {
        for (day, number, status, hundredths) in Self.annsOrders {
            addOrder(number, status, accrual: hundredths, at: Self.day(day), of: "ann")
        }
        addOrder("91", .new, accrual: 0, at: Self.day(6), of: "bob")
        repository.setBalance(
            Balance(current: Points(hundredths: 50_050), withdrawn: Points(hundredths: 4200)), of: users["ann"]!)
        repository.setBalance(Balance(current: .zero, withdrawn: Points(hundredths: 1000)), of: users["bob"]!)
        addWithdrawal("75", 4150, at: Self.day(7), of: "ann")
        addWithdrawal("83", 1000, at: Self.day(7), of: "bob")
        addWithdrawal("067", 50, at: Self.day(8), of: "ann")
    }

    /// All but one have an accrual. The response leaves it out if the order is not processed.
    private static let annsOrders: [(day: Int64, number: String, Order.Status, hundredths: Int64)] = [
        (1, "18", .new, 100), (2, "26", .processing, 200), (3, "34", .invalid, 300), (4, "042", .processed, 72_998),
        (5, "59", .processed, 0),
    ]

    /// A moment of 2020-12-0`day` in the afternoon.
    private static func day(_ day: Int64) -> Timestamp {
        TestClock.start.advanced(byMilliseconds: (day - 10) * 86_400_000)
    }

    func addOrder(_ number: String, _ status: Order.Status, accrual: Int64, at moment: Timestamp, of user: String) {
        let number = OrderNumber(stored: number)
        let accrual = Points(hundredths: accrual)
        repository.put(
            Order(number: number, status: status, accrual: accrual, uploadedAt: moment), of: users[user]!)
    }

    func addWithdrawal(_ order: String, _ hundredths: Int64, at moment: Timestamp, of user: String) {
        let sum = Points(hundredths: hundredths)
        repository.put(Withdrawal(order: OrderNumber(stored: order), sum: sum, processedAt: moment), of: users[user]!)
    }
}

extension TestAPI {
    /// The response to a client that sends these bytes, in one piece or torn, and nothing else.
    func response(to pieces: [ArraySlice<UInt8>], limits: Limits = Limits()) async -> ClientResponse {
        await api.response(to: pieces, from: peer, limits: limits)
    }

    /// The response of a path that needs no session and is answered at once.
    static func body(of path: String) -> [UInt8] { TestAPI().api.body(of: path) }

    func response(to bytes: [UInt8]) async -> ClientResponse { await response(to: [bytes[...]]) }

    func response(to error: RequestError) -> ClientResponse {
        ClientResponse(api.response(to: error), omitsBody: false)
    }

    func endBatch() { api.endBatch() }

    func close() { api.close() }
}

extension ThrottlePolicy {
    /// The defaults of a server.
    static let standard = ThrottlePolicy(
        failuresPerLoginMax: 5, failuresPerNetworkMax: 100, registrationsPerHourMax: 10_000, delaySecondsMax: 60,
        hashingPerSourceMax: 64)
}
