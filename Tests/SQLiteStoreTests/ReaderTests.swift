import Loyalty
import SQLite
import TestSupport
import Testing

@testable import SQLiteStore

struct ReaderTests {
    @Test func theReadsOfABatchSeeOneState() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let counts = try await fixture.onLoop { repository in
                var counts = [try repository.orders(of: user).count]
                // Written by another loop, so to say: this one is not told.
                let added = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.addOrder(.sample(1), of: user, at: fixture.clock.now)
                }
                #expect(added == .accepted(OrderID(rawValue: 1)))
                counts.append(try repository.orders(of: user).count)
                repository.endBatch()
                counts.append(try repository.orders(of: user).count)
                return counts
            }
            #expect(counts == [0, 0, 1])
        }
    }

    @Test func aTaskSeesWhatItWrote() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let counts = try await fixture.onLoop { repository in
                let before = try repository.orders(of: user).count
                _ = try await repository.addOrder(.sample(1), of: user, at: fixture.clock.now)
                return [before, try repository.orders(of: user).count]
            }
            #expect(counts == [0, 1])
        }
    }

    @Test func endingABatchTwiceIsNothing() async throws {
        try await Fixture.with { fixture async throws in
            try await fixture.onLoop { repository in
                repository.endBatch()
                _ = try repository.balance(of: UserID(rawValue: 1)).atOnce
                repository.endBatch()
                repository.endBatch()
            }
        }
    }
}
