import API
import HTTP
import Loyalty
import Rewards
import SignIn
import Storage
import TestSupport
import Testing
import Web

/// The staff API over memory. `olga` and `oscar` are owners and `carl` is a cashier, each with the password `secret`;
/// there are a key of each role and a rule for `Bork`, 10 %. The customer `anna` has the id 1, 700 points of the
/// processed order 18, and 300 of an adjustment. Order 26 has a receipt that was not credited yet.
final class TestStaffAPI {
    /// The tokens by which a ``Scenario`` presents an account.
    enum Token {
        static let owner = "owner", cashier = "cashier", ownerKey = "owner-key", cashierKey = "cashier-key"
        static let disabled = "disabled", expired = "expired", removedKey = "removed-key", customer = "customer"
    }

    let storage: InMemoryStorage
    let repository: InMemoryStaffRepository
    let tokens = CountedTokens()
    let clock = TestClock(milliseconds: TestClock.start.milliseconds)
    let queue = KeptOrders()
    private let api: APIHandler

    /// - Parameters:
    ///   - backupRefusal: the reason for which no backups are made here; `nil` if there is none.
    ///   - leadersReport: the report of another server, which leads; `nil` if this one does. Seven orders wait there,
    ///     and the text of the report is the state of the accrual system.
    init(
        hasRewards: Bool = true, hasBackups: Bool = true, backupRefusal: String? = nil,
        leadersReport: LeadersReport? = nil, hostNames: [String] = ["shop.example"]
    ) {
        let clock = clock
        let now = { @Sendable in clock.now }
        storage = InMemoryStorage(clock: now, leadersReport: leadersReport)
        repository = InMemoryStaffRepository(storage)
        let signIns = StaffSignInService(
            repository: repository, hasher: PlainHasher(), tokens: tokens,
            policy: AccountPolicy(passwordBytesMin: 1, sessionSeconds: 60),
            throttle: AccountThrottle(.standard) { clock.milliseconds }, clock: now)
        let rewards = RewardService(
            repository: InMemoryRewards(storage), recents: RecentReceipts(), clock: now,
            monotonicClock: { clock.milliseconds })
        let surroundings = ShopSurroundings(
            days: { count, now in
                (0..<count).reversed().map { before in
                    ShopDay(name: "2020-12-10", start: now.advanced(byMilliseconds: -86_400_000 * Int64(before + 1)))
                }
            }, isLeading: { leadersReport == nil },
            readReport: { report in report.text.map { (waiting: 7, accrual: $0) } }, waiting: { 3 },
            accrualState: { "healthy" }, newestBackup: { clock.now },
            backups: hasBackups ? FixedBackups(at: clock.now) : nil, backupRefusal: backupRefusal)
        var settings = StaffAPI.Settings()
        settings.hostNames = hostNames
        api = StaffAPI.handler(
            signIns: signIns, repository: repository, rewards: hasRewards ? rewards : nil, queue: queue,
            surroundings: surroundings, clock: now, settings: settings,
            requestIDs: RequestIDs(prefix: 0x5EED), reader: repository)
    }

    static func filled(
        hasRewards: Bool = true, hasBackups: Bool = true, backupRefusal: String? = nil,
        leadersReport: LeadersReport? = nil, hostNames: [String] = ["shop.example"]
    ) async throws -> TestStaffAPI {
        let api = TestStaffAPI(
            hasRewards: hasRewards, hasBackups: hasBackups, backupRefusal: backupRefusal, leadersReport: leadersReport,
            hostNames: hostNames)
        try await api.addStaff()
        try await api.addShop()
        return api
    }

    /// Makes a change as root does, who has a command.
    @discardableResult
    func apply(_ change: ShopChange) async throws -> ShopChangeResult {
        let result = try await repository.apply(change, by: Actor(system: "root"), request: nil, at: clock.now)
        guard case .now(let result) = result else { preconditionFailure("a command has no key") }
        if case .refused(let refusal) = result { Issue.record("\(change): \(refusal)") }
        return result
    }

    private func addStaff() async throws {
        for (name, role) in [("olga", StaffRole.owner), ("oscar", .owner), ("carl", .cashier), ("dora", .owner)] {
            try await apply(.addStaff(try StaffName(name), role, PlainHasher.hash("secret")))
        }
        for (name, role) in [
            (Token.ownerKey, StaffRole.owner), (Token.cashierKey, .cashier), (Token.removedKey, .owner),
        ] {
            try await apply(.addKey(try StaffName(name), role, id(of: name)))
        }
        try await apply(.removeKey(try StaffName(Token.removedKey)))
        let end = clock.now.advanced(byMilliseconds: 3_600_000)
        try await addSession(Token.owner, of: "olga", until: end)
        try await addSession(Token.cashier, of: "carl", until: end)
        try await addSession(Token.expired, of: "olga", until: clock.now)
        try await addSession(Token.disabled, of: "dora", until: end)
        try await apply(.setStaffEnabled(try StaffName("dora"), false))
    }

    private func addShop() async throws {
        let customers = InMemoryRepository(storage)
        let anna = customers.addUser(try Login("anna"), passwordHash: PlainHasher.hash("secret"))
        let end = clock.now.advanced(byMilliseconds: 3_600_000)
        customers.put(
            NewSession(
                token: SessionToken(text: Token.customer), id: id(of: Token.customer), expiresAt: end), of: anna)
        customers.put(
            Order(
                number: OrderNumber(stored: "18"), status: .processed, accrual: Points(hundredths: 70_000),
                uploadedAt: clock.now), of: anna)
        customers.setBalance(Balance(current: Points(hundredths: 70_000), withdrawn: .zero), of: anna)
        try await apply(.adjust(.id(anna), Points(hundredths: 30_000), reason: "a gift"))
        try await apply(
            .addRule(try RewardRule(match: "Bork", kind: .percent, rewardMillionths: 10_000_000)))
        try await apply(.sell(OrderNumber(stored: "26"), earning: Points(hundredths: 100), customer: nil))
    }

    func id(of token: String) -> SessionID { tokens.id(of: SessionToken(text: token)) }

    private func addSession(_ token: String, of name: String, until end: Timestamp) async throws {
        let credentials = try #require(try repository.credentials(of: try StaffName(name)).atOnce)
        try await repository.addSession(
            NewSession(token: SessionToken(text: token), id: id(of: token), expiresAt: end), of: credentials,
            from: "192.0.2.1", at: clock.now)
    }

    /// The response of a path that is answered at once.
    static func body(of path: String) -> [UInt8] { TestStaffAPI().api.body(of: path) }

    func response(to bytes: [UInt8]) async -> ClientResponse { await api.response(to: [bytes[...]]) }

    /// Sends a scenario's request, and compares the response with the expected one and with the description.
    @discardableResult
    func run(_ scenario: Scenario) async -> ClientResponse {
        let response = await response(to: scenario.request)
        _ = scenario.expect(response, describedBy: .staff, faults: response.faults)
        return response
    }

    private struct FixedBackups: ShopBackups {
        let at: Timestamp

        func list() -> [ShopBackup]? { [ShopBackup(name: "martlet-1.db", at: at, bytes: 4096)] }

        func make() async throws(LoyaltyError) -> ShopBackup { ShopBackup(name: "martlet-2.db", at: at, bytes: 8192) }
    }
}
