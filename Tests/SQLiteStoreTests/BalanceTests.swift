import Loyalty
import SQLiteStore
import TestSupport
import Testing

struct BalanceTests {
    private static let spent = OrderNumber.sample(555)

    /// A user with 1,000 hundredths who spent 300 on an order asks again.
    struct Case: Sendable, CustomTestStringConvertible {
        let isOwner: Bool
        let isSameOrder: Bool
        let sum: Int64
        let outcome: WithdrawalResult
        let current: Int64
        var testDescription: String { "\(isOwner ? "own" : "other") \(isSameOrder ? "same" : "new") \(sum)" }
    }

    @Test(arguments: [
        Case(isOwner: true, isSameOrder: true, sum: 300, outcome: .repeated, current: 700),
        Case(isOwner: true, isSameOrder: true, sum: 301, outcome: .conflict, current: 700),
        // Conflict comes before the points are counted.
        Case(isOwner: true, isSameOrder: true, sum: 9999, outcome: .conflict, current: 700),
        Case(isOwner: false, isSameOrder: true, sum: 300, outcome: .conflict, current: 700),
        Case(isOwner: false, isSameOrder: false, sum: 1, outcome: .notEnoughPoints, current: 700),
        Case(isOwner: true, isSameOrder: false, sum: 700, outcome: .withdrawn, current: 0),
        Case(isOwner: true, isSameOrder: false, sum: 701, outcome: .notEnoughPoints, current: 700),
        Case(isOwner: true, isSameOrder: false, sum: .max, outcome: .notEnoughPoints, current: 700),
    ])
    func aWithdrawalHasOneOutcome(row: Case) async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser("user")
            let other = try await fixture.addUser("other")
            try await fixture.credit(1000, for: .sample(1), to: user)
            let outcomes = try await fixture.onLoop { repository in
                [
                    try await repository.withdraw(
                        Points(hundredths: 300), for: Self.spent, of: user, at: fixture.clock.now),
                    try await repository.withdraw(
                        Points(hundredths: row.sum), for: row.isSameOrder ? Self.spent : .sample(556),
                        of: row.isOwner ? user : other, at: fixture.clock.now),
                ]
            }
            #expect(outcomes == [.withdrawn, row.outcome])
            #expect(
                try await fixture.balance(of: user)
                    == Balance(
                        current: Points(hundredths: row.current), withdrawn: Points(hundredths: 1000 - row.current)))
            let withdrawalCount: Int64 = row.outcome == .withdrawn ? 2 : 1
            #expect(try fixture.number("SELECT count(*) FROM withdrawals") == withdrawalCount)
            #expect(try fixture.number("SELECT count(*) FROM ledger") == withdrawalCount + 1)
            try fixture.expectPassesCheck()
        }
    }

    @Test func theListIsTheUsersOwnNewestFirst() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser("user")
            try await fixture.credit(100, for: .sample(1), to: user)
            try await fixture.onLoop { repository in
                for index in 1...3 {
                    _ = try await repository.withdraw(
                        Points(hundredths: Int64(index)), for: .sample(index + 10), of: user,
                        at: Timestamp(milliseconds: Int64(index)))
                }
                let expected = [3, 2, 1].map { index in
                    Withdrawal(
                        order: .sample(index + 10), sum: Points(hundredths: Int64(index)),
                        processedAt: Timestamp(milliseconds: Int64(index)))
                }
                #expect(try repository.withdrawals(of: user) == expected)
                #expect(try repository.withdrawals(of: UserID(rawValue: 99)).isEmpty)
            }
        }
    }

    @Test func sixtyFourWithdrawalsOfTenFromAHundredAreTen() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.credit(100, for: .sample(1), to: user)
            let outcomes = try await withThrowingTaskGroup { group in
                for index in 0..<64 {
                    group.addTask {
                        try await fixture.onLoop { repository in
                            try await repository.withdraw(
                                Points(hundredths: 10), for: .sample(100 + index), of: user, at: fixture.clock.now)
                        }
                    }
                }
                return try await group.reduce(into: [WithdrawalResult]()) { all, next in all.append(next) }
            }
            #expect(outcomes.count { outcome in outcome == .withdrawn } == 10)
            #expect(outcomes.count { outcome in outcome == .notEnoughPoints } == 54)
            #expect(
                try await fixture.balance(of: user)
                    == Balance(current: .zero, withdrawn: Points(hundredths: 100)))
            try fixture.expectPassesCheck()
        }
    }

    @Test func oneWithdrawalAskedForByManyIsDebitedOnce() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.credit(100, for: .sample(1), to: user)
            let outcomes = try await withThrowingTaskGroup { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await fixture.onLoop { repository in
                            try await repository.withdraw(
                                Points(hundredths: 60), for: .sample(2), of: user, at: fixture.clock.now)
                        }
                    }
                }
                return try await group.reduce(into: [WithdrawalResult]()) { all, next in all.append(next) }
            }
            #expect(outcomes.count { outcome in outcome == .withdrawn } == 1)
            #expect(outcomes.count { outcome in outcome == .repeated } == 15)
            #expect(try await fixture.balance(of: user).current == Points(hundredths: 40))
        }
    }
}
