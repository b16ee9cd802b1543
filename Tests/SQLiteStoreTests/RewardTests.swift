import Loyalty
import Posix
import SQLite
import Storage
import TestSupport
import Testing

@testable import SQLiteStore

/// The built-in accrual system's rules and receipts in the file.
struct RewardTests {
    private static let bork = RewardRule(stored: "Bork", kind: .percent, rewardMillionths: 10_000_000)
    private static let long = RewardRule(stored: "\u{0}é", kind: .points, rewardMillionths: .max)

    /// Runs on a loop of its own with a repository of the fixture's store.
    private func withRewards(
        _ fixture: Fixture, _ body: @escaping @Sendable (any RewardRepository) async throws -> Void
    ) async throws {
        let loop = LoopThread()
        // Safe: made and used on the loop's thread alone, until that has ended.
        nonisolated(unsafe) let rewards = try fixture.store.makeRewardRepository()
        let result: Result<Void, any Error>
        do {
            result = .success(try await Task(executorPreference: loop) { try await body(rewards) }.value)
        } catch { result = .failure(error) }
        loop.stop()
        rewards.close()
        try result.get()
    }

    @Test func rulesAreKept() async throws {
        let folder = TemporaryFolder()
        try await Fixture.with(folder: folder) { fixture async throws in
            try await withRewards(fixture) { rewards async throws in
                #expect(try rewards.rules().atOnce.isEmpty)
                let revision = try #require(rewards.rulesRevision)
                #expect(try await rewards.addRule(Self.bork) == .added)
                #expect(try #require(rewards.rulesRevision) != revision)
                #expect(try await rewards.addRule(Self.long) == .added)
                let again = RewardRule(stored: "Bork", kind: .points, rewardMillionths: 1)
                #expect(try await rewards.addRule(again) == .matchTaken)
                rewards.endBatch()
                #expect(try rewards.rules().atOnce == [Self.bork, Self.long])
            }
        }
        try await Fixture.with(folder: folder) { fixture async throws in
            try await withRewards(fixture) { rewards async throws in
                #expect(try rewards.rules().atOnce == [Self.bork, Self.long])
                rewards.endBatch()
                let revision = try #require(rewards.rulesRevision)
                #expect(try await !rewards.removeRule(matching: "bork"))
                #expect(rewards.rulesRevision == revision, "nothing was removed")
                #expect(try await rewards.removeRule(matching: "Bork"))
                #expect(try #require(rewards.rulesRevision) != revision)
                #expect(try rewards.rules().atOnce == [Self.long])
            }
        }
    }

    @Test func thereAreNoMoreThanSoMany() async throws {
        try await Fixture.with { fixture async throws in
            try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                for number in 1..<RewardRule.countMax {
                    try transaction.run(
                        "INSERT INTO reward_rules (match_text, kind, reward_millionths) VALUES (?, 1, 1)", "\(number)")
                }
            }
            try await withRewards(fixture) { rewards async throws in
                #expect(try await rewards.addRule(Self.bork) == .added)
                #expect(try await rewards.addRule(Self.long) == .full)
                #expect(try await rewards.addRule(Self.bork) == .matchTaken)
            }
        }
    }

    @Test func aReceiptIsAcceptedOnce() async throws {
        try await Fixture.with { fixture async throws in
            let appeared = Counter()
            let lookup = try fixture.store.makeReceiptLookup()
            defer { lookup.close() }
            try await withRewards(fixture) { rewards async throws in
                let order = OrderNumber.sample(1)
                #expect(try rewards.earned(by: order).atOnce == nil)
                for (hundredths, isNew) in [(500, true), (700, false), (500, false)] as [(Int64, Bool)] {
                    let points = Points(hundredths: hundredths)
                    let isAccepted = try await rewards.addReceipt(of: order, earning: points, at: fixture.clock.now) {
                        // A reader that finds the receipt by now must be able to announce it as processed.
                        let read = try? lookup.earned(by: order)
                        #expect(read == .some(nil))
                        appeared.increment()
                    }
                    #expect(isAccepted == isNew)
                    #expect(try rewards.earned(by: order).atOnce == Points(hundredths: 500))
                    #expect(try lookup.earned(by: order) == Points(hundredths: 500))
                }
                #expect(appeared.value == 1)
                #expect(try lookup.earned(by: .sample(2)) == nil)
            }
            lookup.close()
            #expect(throws: LoyaltyError.unavailable(retryAfterSeconds: 1)) { try lookup.earned(by: .sample(1)) }
        }
    }

    /// The tables refuse values that no code should write.
    @Test(arguments: [
        "UPDATE receipts SET earned = 6 WHERE order_number = '18'", "UPDATE receipts SET accepted_at = 1",
        "UPDATE receipts SET order_number = '34'", "DELETE FROM receipts", "INSERT INTO receipts VALUES ('26', -1, 0)",
        "INSERT INTO receipts VALUES ('18', 1, 0)", "INSERT INTO reward_rules VALUES (NULL, '', 1, 1)",
        "INSERT INTO reward_rules VALUES (NULL, 'a', 1, 0)", "INSERT INTO reward_rules VALUES (NULL, 'a', 3, 1)",
        "INSERT INTO reward_rules VALUES (NULL, 'Bork', 2, 1)",
    ])
    func theTablesRefuse(statement: String) throws {
        let folder = TemporaryFolder()
        let database = try Database(path: folder.file("test.db"), mode: .readWriteCreate)
        try Schema.migrate(database, from: 0)
        try database.execute(
            """
            INSERT INTO receipts VALUES ('18', 5, 0); INSERT INTO reward_rules VALUES (NULL, 'Bork', 1, 1);
            INSERT INTO users (login, password_hash, created_at) VALUES ('gopher', '', 0);
            INSERT INTO orders (id, number, user_id, status, accrual, uploaded_at) VALUES (1, '18', 1, 3, 5, 0);
            """)
        let error = #expect(throws: SQLiteError.self) { try database.execute(statement) }
        #expect(error?.isConstraint == true, "\(String(describing: error))")
    }

    /// A file of an earlier schema gets the tables, and its copy stays one that can be checked.
    @Test(arguments: 1..<Schema.migrations.count) func anEarlierFileIsBroughtUpToDate(version: Int) async throws {
        let folder = TemporaryFolder()
        let old = try Database(path: folder.file("test.db"), mode: .readWriteCreate)
        try Schema.migrate(old, from: 0, by: Array(Schema.migrations.prefix(version)))
        try old.execute(
            """
            INSERT INTO users (id, login, password_hash, created_at) VALUES (1, 'gopher', '\(PasswordHash.sample("gopher").text)', 0);
            INSERT INTO balances (user_id) VALUES (1);
            """)
        if version >= 6 { try old.execute("INSERT INTO figures VALUES (0, 1, 0, 0, 0, 0, 0, 0, 0)") }
        old.close()
        try await Fixture.with(folder: folder) { fixture async throws in
            let check = try fixture.check()
            #expect(check.isPassed && check.counts.users == 1 && check.counts.receipts == 0)
        }
        let copies = try FolderListing.names(in: folder.path).filter { $0.contains(".before-schema-") }
        #expect(copies.count == 1)
        let copy = try IdleDatabase(path: folder.file(copies[0])).check(until: Cancellation()) { _ in }
        #expect(copy.isPassed && copy.counts.users == 1)
    }
}
