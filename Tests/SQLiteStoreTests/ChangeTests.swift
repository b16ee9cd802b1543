import Changes
import Loyalty
import Posix
import SQLite
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStore

/// The changes that the store publishes after its commits.
struct ChangeTests {
    private static let number = OrderNumber.sample(1)

    /// The answers about one order, and the published statuses and balances, in order.
    @Test(
        arguments: [
            ([], []),
            ([.processing], ["PROCESSING"]),
            ([.processing, .processing], ["PROCESSING"]),
            ([.invalid], ["INVALID"]),
            ([.processing, .invalid, .processing, .invalid], ["PROCESSING", "INVALID"]),
            ([points(500)], ["PROCESSED 500", "balance 500 0"]),
            ([.processing, points(500), points(700)], ["PROCESSING", "PROCESSED 500", "balance 500 0"]),
            ([points(0)], ["PROCESSED 0"]),
            ([points(-1)], []),
            ([.invalid, points(500)], ["INVALID"]),
        ] as [([Settlement.Verdict], [String])], [true, false])
    func eachChangeOfAnOrderIsPublishedOnce(
        row: (verdicts: [Settlement.Verdict], published: [String]), isOneBatch: Bool
    ) async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let start = fixture.store.changeLog.latest
            let uploadedAt = fixture.clock.now
            _ = try await fixture.onLoop { repository in
                try await repository.addOrder(Self.number, of: user, at: uploadedAt)
            }
            fixture.clock.advance(byMilliseconds: 5000)
            let settlements = row.verdicts.map { Settlement(order: OrderID(rawValue: 1), verdict: $0) }
            for batch in isOneBatch ? [settlements] : settlements.map({ [$0] }) {
                try fixture.store.settlements.settle(batch, at: fixture.clock.now)
            }
            let changes = try #require(fixture.store.changeLog.changes(after: start))
            #expect(changes.map { Self.text($0.change) } == row.published)
            for entry in changes {
                #expect(entry.change.user == user)
                guard case .order(let order) = entry.change.kind else { continue }
                #expect(order.number == Self.number && order.uploadedAt == uploadedAt)
            }
        }
    }

    @Test func aWithdrawalIsPublishedOnceAndARefusalNever() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.credit(500, for: Self.number, to: user)
            let start = fixture.store.changeLog.latest
            for (order, sum) in [(2, 200), (2, 200), (2, 100), (3, 301), (3, 300)] {
                _ = try await fixture.onLoop { repository in
                    try await repository.withdraw(
                        Points(hundredths: Int64(sum)), for: .sample(order), of: user, at: fixture.clock.now)
                }
            }
            let published = fixture.store.changeLog.changes(after: start)?.map { Self.text($0.change) }
            #expect(published == ["balance 300 200", "balance 0 500"])
        }
    }

    /// An owner's adjustment is a change like any other.
    @Test func adjustmentsAndRefundsAreTold() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let start = fixture.store.changeLog.latest
            let note = LedgerNote(author: "owner", reason: "test")
            let login = try Login("gopher")
            let now = fixture.clock.now
            try fixture.asOwner { _ = try $0.adjust(.login(login), by: Points(hundredths: 700), note: note) }
            _ = try await fixture.onLoop { repository in
                try await repository.withdraw(Points(hundredths: 500), for: Self.number, of: user, at: now)
            }
            for _ in 0..<2 {
                try fixture.asOwner { _ = try $0.refund(Self.number, note: note) }
            }
            let published = fixture.store.changeLog.changes(after: start)?.map { Self.text($0.change) }
            #expect(published == ["balance 700 0", "balance 200 500", "balance 700 0"])
        }
    }

    /// The first operation of the batch would have been told of, had the second not taken the transaction with it; run
    /// again alone, it is told of once.
    @Test func rolledBackChangesAreNotPublished() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            _ = try await fixture.onLoop { repository in
                try await repository.addOrder(Self.number, of: user, at: fixture.clock.now)
            }
            let start = fixture.store.changeLog.latest
            let hold = fixture.holdWriter()
            let settling = Posix.Thread(name: "settle") {
                try? fixture.store.settlements.settle(
                    [Settlement(order: OrderID(rawValue: 1), verdict: Self.points(5))], at: fixture.clock.now)
            }
            try await eventually { fixture.store.writer.waitingCount == 1 }
            let failing = Posix.Thread(name: "fail") {
                _ = try? fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.run("INSERT INTO balances (user_id, current) VALUES (1, -1)")
                }
            }
            try await eventually { fixture.store.writer.waitingCount == 2 }
            hold.release()
            for thread in [settling, failing] { thread.join() }
            let published = fixture.store.changeLog.changes(after: start)?.map { Self.text($0.change) }
            #expect(published == ["PROCESSED 5", "balance 5 0"])
        }
    }

    /// A woken listener finds the change in the database.
    @Test func aChangeIsPublishedOnceItIsCommitted() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let seen = Mutex<[Int64?]>([])
            let database = try Database(path: fixture.folder.file("test.db"), mode: .readOnly)
            nonisolated(unsafe) let reader = database
            let (subscription, _) = fixture.store.changeLog.subscribe {
                let current = try? reader.first("SELECT current FROM balances") { row in row.integer(0) }
                seen.withLock { $0.append(current) }
            }
            try await fixture.credit(500, for: Self.number, to: user)
            fixture.store.changeLog.unsubscribe(subscription)
            database.close()
            #expect(seen.withLock { $0 } == [500])
        }
    }

    @Test(arguments: [(hours: 1, isTold: true), (hours: -1, isTold: false)])
    func aSessionThatEndsBeforeItsTimeIsTold(hours: Int64, isTold: Bool) async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let start = fixture.store.changeLog.end
            // By the system's clock, which the trigger looks at.
            let end = Timestamp(milliseconds: SystemClock.wallMilliseconds() + hours * 3_600_000)
            for name in ["a", "b"] {
                try await fixture.onLoop { repository in
                    try await repository.addSession(.sample(name, expiresAt: end), of: .sample("gopher", user))
                }
            }
            let ids = [SessionID.sample("a").bytes, SessionID.sample("b").bytes]
            try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                for id in ids { try transaction.run("DELETE FROM sessions WHERE token_hash = ?", id) }
            }
            #expect(fixture.store.changeLog.sessionEnds(after: start.sessionEnds) == (isTold ? [user] : []))
            #expect(fixture.store.changeLog.latest == start.change)
        }
    }

    private static func points(_ hundredths: Int64) -> Settlement.Verdict { .processed(Points(hundredths: hundredths)) }

    private static func text(_ change: Change) -> String {
        switch change.kind {
        case .order(let order):
            let name = "\(order.status)".uppercased()
            return order.status == .processed ? "\(name) \(order.accrual.hundredths)" : name
        case .balance(let balance):
            return "balance \(balance.current.hundredths) \(balance.withdrawn.hundredths)"
        }
    }
}
