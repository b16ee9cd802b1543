import Loyalty
import SQLiteStore
import Storage
import TestSupport
import Testing

/// The owner's commands: the cases of each, and their effect for customers.
struct OwnerTests {
    private let note = LedgerNote(author: "owner", reason: "a present")

    @Test func adjustmentsKeepWithinAnAccount() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let login = try Login("gopher")
            let adjusted = { (hundredths: Int64) in
                AdjustmentResult.adjusted(login: "gopher", .hundredths(hundredths, 0))
            }
            let notEnough = { (hundredths: Int64) in
                AdjustmentResult.notEnoughPoints(login: "gopher", Points(hundredths: hundredths))
            }
            let steps: [(Int64, AdjustmentResult)] = [
                (-1, notEnough(0)), (500, adjusted(500)), (-501, notEnough(500)), (-200, adjusted(300)),
                (.max, .tooManyPoints), (.max - 300, adjusted(.max)), (1, .tooManyPoints), (.min, notEnough(.max)),
                (-.max, adjusted(0)),
            ]
            for (hundredths, expected) in steps {
                let result = try fixture.asOwner {
                    try $0.adjust(.login(login), by: Points(hundredths: hundredths), note: note)
                }
                #expect(result == expected, "\(hundredths)")
                try fixture.expectPassesCheck()
            }
            let entry = try await fixture.onLoop { try $0.ledger(of: user, from: nil, limit: 1).atOnce.items.first }
            #expect(entry?.kind == .adjustment && entry?.order == nil && entry?.balanceAfter == .zero)
            let nobody = try fixture.asOwner {
                try $0.adjust(.login(.nobody), by: Points(hundredths: 1), note: note)
            }
            #expect(nobody == .noSuchUser)
        }
    }

    /// The sum of spent and current points stays within the integer, so that a refund always fits.
    @Test func aRefundAlwaysFits() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let login = try Login("gopher")
            try fixture.asOwner { owner in
                _ = try owner.adjust(.login(login), by: Points(hundredths: .max - 10), note: note)
            }
            try await fixture.onLoop {
                _ = try await $0.withdraw(
                    Points(hundredths: .max - 10), for: .sample(2), of: user, at: fixture.clock.now)
            }
            let results = try fixture.asOwner { owner in
                try [11, 10].map { try owner.adjust(.login(login), by: Points(hundredths: $0), note: note) }
            }
            #expect(results == [.tooManyPoints, .adjusted(login: "gopher", .hundredths(10, .max - 10))])
            let refund = try fixture.asOwner { try $0.refund(.sample(2), note: note) }
            #expect(refund == .refunded(Points(hundredths: .max - 10), .hundredths(.max, 0)))
            // All withdrawals together, with those that were refunded, may be more than fits the integer.
            try await fixture.onLoop { repository in
                _ = try await repository.withdraw(
                    Points(hundredths: .max), for: .sample(3), of: user, at: fixture.clock.now)
            }
            try fixture.expectPassesCheck()
        }
    }

    @Test func aRefundHappensOnceAndKeepsTheNumberTaken() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.credit(1000, for: .sample(1), to: user)
            let withdraw: @Sendable (Int64) async throws -> WithdrawalResult = { sum in
                try await fixture.onLoop {
                    try await $0.withdraw(Points(hundredths: sum), for: .sample(2), of: user, at: fixture.clock.now)
                }
            }
            #expect(try await withdraw(300) == .withdrawn)
            let refunds = try fixture.asOwner { owner in
                try (0..<2).map { _ in try owner.refund(.sample(2), note: note) }
            }
            #expect(refunds == [.refunded(Points(hundredths: 300), .hundredths(1000, 0)), .refundedBefore])
            #expect(try await withdraw(300) == .conflict)
            #expect(try await fixture.balance(of: user) == .hundredths(1000, 0))
            try await fixture.onLoop { repository throws in
                #expect(try repository.withdrawals(of: user).isEmpty)
                let entries = try repository.ledger(of: user, from: nil, limit: 9).atOnce.items
                #expect(entries.map(\.kind) == [.refund, .withdrawal, .accrual])
                #expect(entries.map(\.balanceAfter.hundredths) == [1000, 700, 1000])
            }
            #expect(try fixture.asOwner { try $0.refund(.sample(1), note: note) } == .noSuchWithdrawal)
            try fixture.expectPassesCheck()
        }
    }

    /// The session cache holds a session for as long as its user has the same revision.
    @Test func aDisabledUsersSessionsEndAtOnce() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let login = try Login("gopher")
            try await fixture.onLoop { repository throws in
                #expect(try repository.session(.sample("gopher")).atOnce?.user == user)
            }
            let revision = try await fixture.revision(of: user)
            for expected in [UserChangeResult.changed(login: "gopher"), .unchanged(login: "gopher")] {
                #expect(try fixture.asOwner { try $0.setEnabled(false, .login(login)) } == expected)
            }
            #expect(try await fixture.revision(of: user) != revision)
            try await fixture.onLoop { repository throws in
                #expect(try repository.session(.sample("gopher")).atOnce == nil)
                #expect(try repository.credentials(of: login).atOnce?.isEnabled == false)
            }
            await #expect(throws: LoyaltyError.wrongCredentials) {
                try await fixture.onLoop { try await $0.addSession(.sample("again"), of: .sample("gopher", user)) }
            }
            try fixture.asOwner { _ = try $0.setEnabled(true, .login(login)) }
            try await fixture.onLoop { try await $0.addSession(.sample("again"), of: .sample("gopher", user)) }
            let change = try fixture.asOwner {
                try $0.setPassword(PasswordHash(text: "another"), of: .login(login))
            }
            #expect(change == .changed(login: "gopher"))
            #expect(try fixture.number("SELECT count(*) FROM sessions") == 0)
        }
    }

    @Test func aDeletedUserLeavesOrdersAndLedger() async throws {
        let folder = TemporaryFolder()
        let secret = "a-login-to-look-for"
        try await Fixture.with(folder: folder) { fixture async throws in
            let user = try await fixture.addUser(secret)
            try await fixture.credit(1000, for: .sample(1), to: user)
            let order = try await fixture.onLoop {
                try await $0.addOrder(.sample(2), of: user, at: fixture.clock.now)
            }
            let login = try Login(secret)
            for expected in [UserChangeResult.changed(login: secret), .noSuchUser] {
                #expect(try fixture.asOwner { try $0.deleteUser(.login(login)) } == expected)
            }
            // A question in progress is settled on the remaining account.
            guard case .accepted(let id) = order else { throw TestFailure("a new order is accepted") }
            try fixture.store.settlements.settle(
                [Settlement(order: id, verdict: .processed(Points(hundredths: 5)))], at: fixture.clock.now)
            let again = try await fixture.addUser(secret)
            #expect(again != user)
            #expect(try await fixture.balance(of: again) == .hundredths(0, 0))
            for number in [1, 2] {
                let upload = try await fixture.onLoop {
                    try await $0.addOrder(.sample(number), of: again, at: fixture.clock.now)
                }
                #expect(upload == .uploadedByAnother)
            }
            #expect(try await fixture.balance(of: user) == .hundredths(1005, 0))
            try fixture.expectPassesCheck()
            try fixture.asOwner { _ = try $0.deleteUser(.login(login)) }
        }
        let bytes = try folder.read("test.db")
        #expect(bytes.firstRange(of: Array(secret.utf8)) == nil, "nothing of the login is left in the file")
        #expect(bytes.firstRange(of: Array("a-password".utf8)) == nil)
    }

    @Test func listsHaveWhatIsThere() async throws {
        try await Fixture.with { fixture async throws in
            for index in 1...5 { _ = try await fixture.addUser("user \(index)") }
            try await fixture.credit(100, for: .sample(1), to: UserID(rawValue: 2))
            try await fixture.onLoop {
                _ = try await $0.addOrder(.sample(2), of: UserID(rawValue: 3), at: fixture.clock.now)
            }
            let login = try Login("user 4")
            try fixture.asOwner { _ = try $0.deleteUser(.login(login)) }
            try fixture.asOwner { owner in try expectLists(owner) }
        }
    }

    private func expectLists(_ owner: any OwnerRepository) throws {
        let page = try owner.users(after: nil, limit: 3)
        #expect(page.map(\.login) == ["user 1", "user 2", "user 3"])
        #expect(page[1].balance == .hundredths(100, 0))
        #expect(try owner.users(after: page[2].id, limit: 3).map(\.login) == ["user 5"])
        #expect(try owner.user(.login(Login("user 2")), entries: 9)?.entries.count == 1)
        let byID = try owner.user(.id(UserID(rawValue: 2)), entries: 9)
        #expect(byID?.account.login == "user 2" && byID?.account.id.rawValue == 2)
        for id in [4, 6, Int64.max] {
            let user = UserSelector.id(UserID(rawValue: id))
            #expect(try owner.user(user, entries: 9) == nil, "\(id)")
            #expect(try owner.orders(of: user, status: nil, before: nil, limit: 9) == nil, "\(id)")
        }
        #expect(try owner.user(.login(Login("user 4")), entries: 9) == nil)
        for (user, status, numbers) in [
            (nil, nil, [2, 1]), ("user 2", nil, [1]), ("user 2", .new, []), (nil, .new, [2]),
            (nil, .processed, [1]), ("nobody", nil, nil),
        ] as [(String?, Order.Status?, [Int]?)] {
            let orders = try owner.orders(
                of: try user.map { .login(try Login($0)) }, status: status, before: nil, limit: 9)
            #expect(orders?.map(\.order.number) == numbers?.map { .sample($0) })
        }
        let older = try owner.orders(of: nil, status: nil, before: OrderID(rawValue: 2), limit: 9)
        #expect(older?.map(\.id.rawValue) == [1])
        let statistics = try owner.statistics()
        #expect(statistics.users == [.active: 4, .deleted: 1])
        #expect(statistics.orders == [.new: 1, .processed: 1])
        #expect(statistics.outstanding == 100 && statistics.granted == 100 && statistics.spent == 0)
        #expect(owner.size.bytes > 0)
    }
}

extension Balance {
    fileprivate static func hundredths(_ current: Int64, _ withdrawn: Int64) -> Balance {
        Balance(current: Points(hundredths: current), withdrawn: Points(hundredths: withdrawn))
    }
}

extension Login {
    fileprivate static var nobody: Login {
        guard let login = try? Login("nobody") else { preconditionFailure("a login of six bytes") }
        return login
    }
}
