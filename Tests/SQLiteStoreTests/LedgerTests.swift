import Loyalty
import SQLite
import TestSupport
import Testing

@testable import SQLiteStore

struct LedgerTests {
    @Test func everyChangeIsThereNewestFirst() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser("user")
            let other = try await fixture.addUser("other")
            try await fixture.credit(72_998, for: .sample(1), to: user)
            try await fixture.credit(100, for: .sample(2), to: other)
            try await fixture.credit(0, for: .sample(3), to: user)
            try await fixture.onLoop { repository in
                for _ in 0..<2 {
                    _ = try await repository.withdraw(
                        Points(hundredths: 22_948), for: .sample(4), of: user, at: fixture.clock.now)
                }
                let entries = try repository.ledger(of: user, from: nil, limit: 9).atOnce.items
                #expect(entries.map(\.kind) == [.withdrawal, .accrual])
                #expect(entries.map(\.order) == [.sample(4), .sample(1)])
                #expect(entries.map(\.points.hundredths) == [-22_948, 72_998])
                #expect(entries.map(\.balanceAfter.hundredths) == [50_050, 72_998])
                #expect(entries.allSatisfy { $0.at == fixture.clock.now })
                let first = try repository.ledger(of: user, from: nil, limit: 1).atOnce
                let second = try repository.ledger(of: user, from: first.next, limit: 1).atOnce
                #expect(first.items + second.items == entries)
                #expect(second.next == nil)
            }
        }
    }

    @Test(arguments: ["UPDATE ledger SET amount = 1", "DELETE FROM ledger"] as [StaticString])
    func entriesStayAsTheyAre(change: StaticString) async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.credit(100, for: .sample(1), to: user)
            #expect(throws: LoyaltyError.failed) {
                try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in try transaction.run(change)
                }
            }
            try fixture.expectPassesCheck()
        }
    }
}
