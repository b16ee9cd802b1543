import Loyalty
import SQLiteStore
import TestSupport
import Testing

/// Owners and customers at once, at random, against a model in memory; the seed that failed is the test's argument.
struct OwnerModelTests {
    fileprivate struct Model {
        struct User {
            let id: UserID
            var isEnabled = true
            var sessions = 0
        }

        struct Account {
            var current: Int64 = 0
            var withdrawn: Int64 = 0
        }

        var users: [String: User] = [:]
        var accounts: [UserID: Account] = [:]
        var owners: [OrderNumber: UserID] = [:]
        var withdrawals: [OrderNumber: (user: UserID, sum: Int64, isRefunded: Bool)] = [:]
    }

    private static let note = LedgerNote(author: "owner", reason: "at random")

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func aRandomRunIsWhatTheModelSays(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var model = Model()
        try await Fixture.with { fixture async throws in
            for step in 0..<150 {
                try await self.step(fixture, &model, &random)
                try fixture.expectPassesCheck("step \(step)")
            }
            for (user, account) in model.accounts {
                let balance = try await fixture.balance(of: user)
                #expect(balance.current.hundredths == account.current)
                #expect(balance.withdrawn.hundredths == account.withdrawn)
                let withdrawals = try await fixture.onLoop { try $0.withdrawals(of: user) }
                #expect(
                    Set(withdrawals.map(\.order))
                        == Set(model.withdrawals.filter { $1.user == user && !$1.isRefunded }.keys))
            }
            #expect(
                try fixture.number("SELECT count(*) FROM sessions")
                    == Int64(model.users.values.reduce(0) { $0 + $1.sessions }))
        }
    }

    private func step(_ fixture: Fixture, _ model: inout Model, _ random: inout SeededRandom) async throws {
        let name = "user \(Int.random(in: 0..<3, using: &random))"
        let login = try Login(name)
        let number = OrderNumber.sample(.random(in: 0..<12, using: &random))
        let sum = Int64.random(in: 1...60, using: &random)
        let now = fixture.clock.now
        guard let user = model.users[name] else {
            let id = try await fixture.addUser(name)
            model.users[name] = Model.User(id: id, sessions: 1)
            model.accounts[id] = Model.Account()
            return
        }
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<5: try await upload(number, earning: sum, by: user.id, fixture, &model)
        case 5..<9:
            let outcome = try await fixture.onLoop {
                try await $0.withdraw(Points(hundredths: sum), for: number, of: user.id, at: now)
            }
            #expect(outcome == model.withdraw(sum, for: number, by: user.id))
        case 9..<12: try adjust(login, user.id, by: Bool.random(using: &random) ? sum : -sum, fixture, &model)
        case 12..<16:
            model.expectRefund(of: number, try fixture.asOwner { try $0.refund(number, note: Self.note) })
        case 16..<18:
            let isEnabled = Bool.random(using: &random)
            let result = try fixture.asOwner { try $0.setEnabled(isEnabled, .login(login)) }
            #expect(result == (user.isEnabled == isEnabled ? .unchanged(login: name) : .changed(login: name)))
            model.users[name]?.isEnabled = isEnabled
            if !isEnabled { model.users[name]?.sessions = 0 }
        case 18:
            let isIn = try await signIn(name, user.id, fixture)
            #expect(isIn == user.isEnabled)
            if isIn { model.users[name]?.sessions += 1 }
        default:
            #expect(try fixture.asOwner { try $0.deleteUser(.login(login)) } == .changed(login: name))
            model.users[name] = nil
        }
    }

    private func upload(
        _ number: OrderNumber, earning sum: Int64, by user: UserID, _ fixture: Fixture, _ model: inout Model
    ) async throws {
        let now = fixture.clock.now
        let upload = try await fixture.onLoop { try await $0.addOrder(number, of: user, at: now) }
        if let owner = model.owners[number] {
            #expect(upload == (owner == user ? .uploadedBefore : .uploadedByAnother))
            return
        }
        model.owners[number] = user
        guard case .accepted(let order) = upload else { throw TestFailure("a new order is accepted") }
        let settlement = Settlement(order: order, verdict: .processed(Points(hundredths: sum)))
        try fixture.store.settlements.settle([settlement, settlement], at: now)
        model.accounts[user]?.current += sum
    }

    private func adjust(
        _ login: Login, _ user: UserID, by points: Int64, _ fixture: Fixture, _ model: inout Model
    ) throws {
        let result = try fixture.asOwner {
            try $0.adjust(.login(login), by: Points(hundredths: points), note: Self.note)
        }
        let current = model.accounts[user]?.current ?? 0
        if case .adjusted = result { model.accounts[user]?.current += points }
        #expect(
            (result == .notEnoughPoints(login: login.text, Points(hundredths: current))) == (current + points < 0))
    }

    /// Returns true if a session was opened.
    private func signIn(_ name: String, _ user: UserID, _ fixture: Fixture) async throws -> Bool {
        let session = NewSession.sample("\(fixture.clock.milliseconds)")
        fixture.clock.advance(byMilliseconds: 1)
        return try await fixture.onLoop {
            do throws(LoyaltyError) {
                try await $0.addSession(session, of: .sample(name, user))
                return true
            } catch {
                return false
            }
        }
    }
}

extension OwnerModelTests.Model {
    fileprivate mutating func withdraw(_ sum: Int64, for number: OrderNumber, by user: UserID) -> WithdrawalResult {
        if let earlier = withdrawals[number] {
            return earlier.user == user && earlier.sum == sum && !earlier.isRefunded ? .repeated : .conflict
        }
        guard let account = accounts[user], account.current >= sum else { return .notEnoughPoints }
        accounts[user]?.current -= sum
        accounts[user]?.withdrawn += sum
        withdrawals[number] = (user, sum, false)
        return .withdrawn
    }

    fileprivate mutating func expectRefund(of number: OrderNumber, _ result: RefundResult) {
        guard let earlier = withdrawals[number] else { return #expect(result == .noSuchWithdrawal) }
        guard !earlier.isRefunded else { return #expect(result == .refundedBefore) }
        accounts[earlier.user]?.current += earlier.sum
        accounts[earlier.user]?.withdrawn -= earlier.sum
        withdrawals[number]?.isRefunded = true
        let account = accounts[earlier.user]
        let balance = Balance(
            current: Points(hundredths: account?.current ?? 0), withdrawn: Points(hundredths: account?.withdrawn ?? 0))
        #expect(result == .refunded(Points(hundredths: earlier.sum), balance))
    }
}
