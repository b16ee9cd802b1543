import Loyalty
import Posix
import SQLite
import TestSupport
import Testing

@testable import SQLiteStore

struct SettlementTests {
    /// The answers about one order, in order, with the resulting order and balance.
    struct Case: Sendable, CustomTestStringConvertible {
        let verdicts: [Settlement.Verdict]
        let status: Order.Status
        var accrual: Int64 = 0
        var isToldOf = false
        var testDescription: String { "\(verdicts)" }

        static func points(_ hundredths: Int64) -> Settlement.Verdict { .processed(Points(hundredths: hundredths)) }
    }

    private static let cases: [Case] = [
        Case(verdicts: [], status: .new),
        Case(verdicts: [.processing], status: .processing),
        Case(verdicts: [.processing, .processing], status: .processing),
        Case(verdicts: [.invalid], status: .invalid),
        Case(verdicts: [.processing, .invalid], status: .invalid),
        Case(verdicts: [.invalid, .processing], status: .invalid),
        Case(verdicts: [.invalid, Case.points(500)], status: .invalid),
        Case(verdicts: [Case.points(500)], status: .processed, accrual: 500),
        Case(verdicts: [.processing, Case.points(500)], status: .processed, accrual: 500),
        Case(verdicts: [Case.points(500), Case.points(500)], status: .processed, accrual: 500),
        Case(verdicts: [Case.points(500), Case.points(700)], status: .processed, accrual: 500),
        Case(verdicts: [Case.points(500), .invalid], status: .processed, accrual: 500),
        Case(verdicts: [Case.points(500), .processing], status: .processed, accrual: 500),
        Case(verdicts: [Case.points(0)], status: .processed),
        Case(verdicts: [Case.points(0), Case.points(500)], status: .processed),
        Case(verdicts: [Case.points(-1)], status: .new, isToldOf: true),
        Case(verdicts: [.processing, Case.points(.min)], status: .processing, isToldOf: true),
        Case(verdicts: [Case.points(.max)], status: .processed, accrual: .max),
    ]

    @Test(arguments: cases, [true, false])
    func anOrderIsSettledOnce(row: Case, isOneBatch: Bool) async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            _ = try await fixture.onLoop { repository in
                try await repository.addOrder(.sample(1), of: user, at: fixture.clock.now)
            }
            let batch = row.verdicts.map { verdict in Settlement(order: OrderID(rawValue: 1), verdict: verdict) }
            for batch in isOneBatch ? [batch] : batch.map({ settlement in [settlement] }) {
                try fixture.store.settlements.settle(batch, at: fixture.clock.now)
            }
            let order = try await fixture.onLoop { repository in try repository.orders(of: user).first }
            #expect(order?.status == row.status)
            #expect(order?.accrual == Points(hundredths: row.accrual))
            #expect(
                try await fixture.balance(of: user)
                    == Balance(current: Points(hundredths: row.accrual), withdrawn: .zero))
            // An accrual of nothing changes no balance, and so has no entry.
            #expect(try fixture.number("SELECT count(*) FROM ledger") == (row.accrual == 0 ? 0 : 1))
            #expect(fixture.recorder.messages(from: .error).isEmpty != row.isToldOf)
            try fixture.expectPassesCheck(hasHugeAccruals: true)
        }
    }

    @Test func anOverflowFailsAlone() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser("rich")
            let other = try await fixture.addUser("other")
            try await fixture.credit(.max - 10, for: .sample(1), to: user)
            // Spent points count too: `withdrawn` is not to overflow either.
            let outcome = try await fixture.onLoop { repository in
                _ = try await repository.addOrder(.sample(2), of: user, at: fixture.clock.now)
                _ = try await repository.addOrder(.sample(3), of: other, at: fixture.clock.now)
                _ = try await repository.addOrder(.sample(4), of: user, at: fixture.clock.now)
                return try await repository.withdraw(
                    Points(hundredths: .max - 10), for: .sample(9), of: user, at: fixture.clock.now)
            }
            #expect(outcome == .withdrawn)
            let batch = [(2, 11), (3, 7), (4, 10), (99, 5)].map { id, hundredths in
                Settlement(order: OrderID(rawValue: id), verdict: .processed(Points(hundredths: hundredths)))
            }
            try fixture.store.settlements.settle(batch, at: fixture.clock.now)
            #expect(try await fixture.balance(of: user).current == Points(hundredths: 10))
            #expect(try await fixture.balance(of: other).current == Points(hundredths: 7))
            #expect(
                try fixture.store.settlements.allUnfinishedOrders().map(\.id)
                    == [OrderID(rawValue: 2)])
            #expect(fixture.recorder.count(of: "can't be settled") == 2)
            try fixture.expectPassesCheck(hasHugeAccruals: true)
        }
    }

    @Test func unfinishedOrdersComeInPagesOldestFirst() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.onLoop { repository in
                for index in 1...10 {
                    _ = try await repository.addOrder(.sample(index), of: user, at: fixture.clock.now)
                }
            }
            let settlements = fixture.store.settlements
            try settlements.settle(
                [
                    Settlement(order: OrderID(rawValue: 2), verdict: .processing),
                    Settlement(order: OrderID(rawValue: 3), verdict: .invalid),
                    Settlement(order: OrderID(rawValue: 7), verdict: .processed(.zero)),
                ], at: fixture.clock.now)
            let found = try settlements.allUnfinishedOrders()
            #expect(found.map(\.id.rawValue) == [1, 2, 4, 5, 6, 8, 9, 10])
            #expect(found.map(\.number) == [1, 2, 4, 5, 6, 8, 9, 10].map(OrderNumber.sample))
            #expect(found.allSatisfy { $0.user == user })
        }
    }

    /// Only users with an unfinished order, each once, a page after the other.
    @Test func usersWithUnfinishedOrdersAreFound() async throws {
        try await Fixture.with { fixture async throws in
            var users: [UserID] = []
            for index in 0..<10 {
                users.append(try await fixture.addUser("user \(index)"))
                for number in 0..<index % 4 {
                    try await fixture.onLoop { [users] repository in
                        _ = try await repository.addOrder(
                            .sample(10 * index + number), of: users[index], at: Timestamp(milliseconds: 0))
                    }
                }
            }
            let settlements = fixture.store.settlements
            let pages = [UnfinishedPage(user: users[5], from: OrderID(rawValue: .min), limit: 10)]
            let finished = try settlements.unfinishedOrders(pages)[0].map {
                Settlement(order: $0.id, verdict: .invalid)
            }
            try settlements.settle(finished, at: Timestamp(milliseconds: 0))
            var found: [UserID] = []
            while true {
                let page = try settlements.usersWithUnfinishedOrders(after: found.last, limit: 2)
                #expect(page.count <= 2)
                if page.isEmpty { break }
                found += page
            }
            #expect(found == [1, 2, 3, 6, 7, 9].map { users[$0] })
        }
    }

    /// Whatever asks for it, a bug of ours included.
    @Test(
        arguments: [
            "UPDATE orders SET status = 1, accrual = 0 WHERE id = 1", "UPDATE orders SET accrual = 9 WHERE id = 1",
            "UPDATE orders SET status = 2, accrual = 0 WHERE id = 1",
        ] as [StaticString])
    func theTableKeepsFinalStatuses(change: StaticString) async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.credit(500, for: .sample(1), to: user)
            #expect(throws: LoyaltyError.failed) {
                try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.run(change)
                }
            }
            #expect(try fixture.check().isPassed)
        }
    }
}
