import Loyalty
import SQLite
import TestSupport
import Testing

@testable import SQLiteStore

/// A user has no more unfinished orders than allowed, however they are uploaded.
struct UnfinishedLimitTests {
    private static func limits(_ count: Int) -> Writer.Limits {
        var limits = Writer.Limits()
        limits.storage.unfinishedOrdersPerUserMax = count
        return limits
    }

    private static let now = Timestamp(milliseconds: 1)

    @Test func atTheLimitOnlyNewNumbersAreRefused() async throws {
        try await Fixture.with(limits: Self.limits(3)) { fixture async throws in
            let user = try await fixture.addUser("user")
            let other = try await fixture.addUser("other")
            let upload = { @Sendable (number: Int, user: UserID) async throws in
                try await fixture.onLoop { try await $0.addOrder(.sample(number), of: user, at: Self.now) }
            }
            for number in 1...3 {
                #expect(try await upload(number, user) == .accepted(OrderID(rawValue: Int64(number))))
            }
            #expect(try await upload(4, user) == .tooManyUnfinished)
            #expect(try await upload(2, user) == .uploadedBefore)
            #expect(try await upload(5, other) == .accepted(OrderID(rawValue: 4)))
            #expect(try await upload(5, user) == .uploadedByAnother)
            // An order that the accrual system knows is unfinished still.
            let settle = { (order: Int64, verdict: Settlement.Verdict) in
                try fixture.store.settlements.settle(
                    [Settlement(order: OrderID(rawValue: order), verdict: verdict)], at: Self.now)
            }
            try settle(1, .processing)
            #expect(try await upload(4, user) == .tooManyUnfinished)
            try settle(1, .processed(Points(hundredths: 5)))
            #expect(try await upload(4, user) == .accepted(OrderID(rawValue: 5)))
            #expect(try await upload(6, user) == .tooManyUnfinished)
            try settle(2, .invalid)
            // A settlement that is repeated makes no room twice.
            try settle(2, .invalid)
            #expect(try await upload(6, user) == .accepted(OrderID(rawValue: 6)))
            #expect(try await upload(7, user) == .tooManyUnfinished)
        }
    }

    /// In one transaction and in several.
    @Test(arguments: [1, 7, 256])
    func parallelUploadsDoNotPassTheLimit(batch: Int) async throws {
        var limits = Self.limits(10)
        limits.storage.batchMax = batch
        try await Fixture.with(limits: limits) { fixture async throws in
            let user = try await fixture.addUser()
            let hold = fixture.holdWriter()
            let outcomes = try await withThrowingTaskGroup { group in
                for number in 1...50 {
                    group.addTask {
                        try await fixture.onLoop { try await $0.addOrder(.sample(number), of: user, at: Self.now) }
                    }
                }
                try await eventually { fixture.store.writer.waitingCount == 50 }
                hold.release()
                return try await group.reduce(into: [OrderUpload]()) { all, next in all.append(next) }
            }
            #expect(outcomes.count { $0 == .tooManyUnfinished } == 40)
            #expect(try fixture.number("SELECT count(*) FROM orders") == 10)
        }
    }

    /// A transaction that is rolled back takes back what was counted in it.
    @Test func aFailedTransactionIsNotCounted() async throws {
        try await Fixture.with(limits: Self.limits(3)) { fixture async throws in
            let user = try await fixture.addUser()
            for round in 0..<5 {
                #expect(throws: LoyaltyError.failed) {
                    try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                        for number in 0..<3 {
                            _ = try transaction.addOrder(.sample(100 + number), of: user, at: Self.now)
                        }
                        try transaction.run("INSERT INTO balances (user_id) VALUES (-1)")
                    }
                }
                let upload = try await fixture.onLoop { try await $0.addOrder(.sample(round), of: user, at: Self.now) }
                #expect((upload == .tooManyUnfinished) == (round >= 3))
            }
        }
    }

    /// After any mixture of uploads and settlements, restarts included, the limit is exactly where the table says.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func theCountIsThatOfTheTable(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let folder = TemporaryFolder()
        var unfinished: [OrderID: Int] = [:]
        var users: [UserID] = []
        var number = 0
        for start in 0..<3 {
            try await Fixture.with(folder: folder, limits: Self.limits(5)) { fixture async throws in
                if start == 0 { for index in 0..<4 { users.append(try await fixture.addUser("user \(index)")) } }
                for _ in 0..<100 {
                    if Bool.random(using: &random) {
                        number += 1
                        let index = Int.random(in: users.indices, using: &random)
                        let (user, next) = (users[index], number)
                        let upload = try await fixture.onLoop {
                            try await $0.addOrder(.sample(next), of: user, at: Self.now)
                        }
                        let isFull = unfinished.values.count { $0 == index } >= 5
                        #expect((upload == .tooManyUnfinished) == isFull, "seed \(seed)")
                        if case .accepted(let id) = upload { unfinished[id] = index }
                    } else if let order = unfinished.keys.sorted().randomElement(using: &random) {
                        let verdicts: [Settlement.Verdict] = [.processing, .invalid, .processed(Points(hundredths: 1))]
                        let verdict = verdicts.randomElement(using: &random)!
                        try fixture.store.settlements.settle(
                            [Settlement(order: order, verdict: verdict)], at: Self.now)
                        if verdict != .processing { unfinished[order] = nil }
                    }
                }
            }
        }
    }
}
