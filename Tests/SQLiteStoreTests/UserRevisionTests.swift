import Loyalty
import SQLite
import Storage
import TestSupport
import Testing

@testable import SQLiteStore

/// A user has the same revision until a commit touches that user.
struct UserRevisionTests {
    /// A statement for every table and event that touches a user, except for an upload. The revision does not depend on
    /// an operation that notes it.
    private static let changes: [StaticString] = [
        "INSERT INTO sessions (token_hash, user_id, expires_at) VALUES (x'01', 1, 0)",
        "UPDATE sessions SET expires_at = 1 WHERE user_id = 1",
        "DELETE FROM sessions WHERE user_id = 1",
        "UPDATE orders SET status = 1 WHERE user_id = 1",
        "UPDATE balances SET current = 5 WHERE user_id = 1",
        "INSERT INTO withdrawals (order_number, user_id, sum, processed_at) VALUES ('26', 1, 5, 0)",
        "DELETE FROM withdrawals WHERE user_id = 1",
        """
        INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at) VALUES (1, 1, '18', 5, 5, 0)
        """,
        "UPDATE users SET password_hash = 'another' WHERE id = 1",
        "UPDATE users SET state = 1 WHERE id = 1",
        "DELETE FROM orders WHERE user_id = 1",
    ]

    @Test func everyChangeOfAUserTouchesThatUserAlone() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser("user")
            let other = try await fixture.addUser("other")
            #expect(user.rawValue == 1)
            _ = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                try transaction.addOrder(.sample(1), of: user, at: Timestamp(milliseconds: 0))
            }
            for change in Self.changes {
                try await expectTouch(of: user, andNot: other, fixture, "\(change)") {
                    transaction throws(SQLiteError) in try transaction.run(change)
                }
            }
        }
    }

    /// An upload notes its user without a trigger.
    @Test func anUploadTouchesItsUserAlone() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser("user")
            let other = try await fixture.addUser("other")
            try await expectTouch(of: user, andNot: other, fixture, "an upload") { transaction throws(SQLiteError) in
                let upload = try transaction.addOrder(.sample(1), of: user, at: Timestamp(milliseconds: 0))
                return upload == .accepted(OrderID(rawValue: 1)) ? 1 : 0
            }
        }
    }

    /// Runs a change, which returns the number of changed rows.
    private func expectTouch(
        of user: UserID, andNot other: UserID, _ fixture: Fixture, _ comment: Comment,
        _ change: @escaping @Sendable (WriteTransaction) throws(SQLiteError) -> Int
    ) async throws {
        let before = try await revisions(fixture, [user, other])
        let count = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
            try change(transaction)
        }
        #expect(count > 0, comment)
        let after = try await revisions(fixture, [user, other])
        #expect(after[0].rawValue > before[0].rawValue, comment)
        #expect(after[1] == before[1], comment)
    }

    /// Tables whose changes no response depends on, each with the reason.
    private static let unwatched = [
        "ledger_notes": "customers are not told the author of an entry",
        "receipts": "each question reads the receipt",
        "staff": "each request of the staff reads its account",
        "staff_sessions": "each request of the staff reads its session",
        "staff_actions": "no response about them is kept",
        "kept_responses": "only a repeated request reads them, and it reads the table",
        "registration": "each registration reads it",
        "figures": "no response about them is kept",
        "sign_in_places": "only a sign-in reads them, and it reads the table",
    ]

    /// A table that is added needs triggers, or a reason why it has none.
    @Test func everyTableIsWatchedOrHasAReason() async throws {
        try await Fixture.with { fixture async throws in
            let tables = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                try transaction.all(
                    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                ) { row in row.text(0) }
            }
            let watched = TouchedData.watchedTables.map(\.name)
            #expect(Set(tables) == Set(watched).union(Self.unwatched.keys))
            #expect(Set(watched).isDisjoint(with: Self.unwatched.keys))
        }
    }

    private func revisions(_ fixture: Fixture, _ users: [UserID]) async throws -> [Revision] {
        try await fixture.onLoop { repository in
            try users.map { try #require(repository.reader.revision(of: $0)) }
        }
    }

    /// A revision belongs to the snapshot that is read, and not to the moment in which it is asked for.
    @Test func aBatchThatBeganBeforeACommitHasNoRevision() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.onLoop { repository in
                let before = try #require(repository.reader.revision(of: user))
                #expect(try repository.orders(of: user).isEmpty)
                #expect(repository.reader.revision(of: user) == before)
                _ = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.addOrder(.sample(1), of: user, at: fixture.clock.now)
                }
                #expect(try repository.orders(of: user).isEmpty, "the snapshot stays")
                #expect(repository.reader.revision(of: user) == nil, "reads in this batch lack the change")
                #expect(try repository.session(.sample("gopher")).atOnce?.revision == nil)
                repository.endBatch()
                let after = try #require(repository.reader.revision(of: user))
                #expect(after.rawValue > before.rawValue)
                #expect(try repository.orders(of: user).count == 1)
            }
        }
    }

    /// A session comes with its user's revision, and is read again only if the user's account or sessions have changed.
    @Test func aSessionIsReadOnceForEachChangeOfItsAccount() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.onLoop { repository in
                let first = try #require(try repository.session(.sample("gopher")).atOnce)
                #expect(first.user == user && first.revision == repository.reader.revision(of: user))
                repository.endBatch()
                #expect(try repository.session(.sample("gopher")).atOnce == first)
                #expect(!repository.reader.isBatchOpen, "nothing was read")
                _ = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.run("UPDATE balances SET current = 5 WHERE user_id = 1")
                }
                let second = try #require(try repository.session(.sample("gopher")).atOnce)
                #expect(!repository.reader.isBatchOpen, "the account is as it was")
                #expect(second.user == user && second.revision != first.revision && second.revision != nil)
                _ = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.run("UPDATE sessions SET expires_at = 1")
                }
                #expect(try repository.session(.sample("gopher")).atOnce?.expiresAt == Timestamp(milliseconds: 1))
                #expect(repository.reader.isBatchOpen)
                repository.endBatch()
                _ = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.run("DELETE FROM sessions")
                }
                #expect(try repository.session(.sample("gopher")).atOnce == nil)
            }
        }
    }

    /// A balance is read again only if it has changed, and a kept one is never newer or older than the batch.
    @Test func aBalanceIsReadOnceForEachChangeOfIt() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser("user")
            let other = try await fixture.addUser("other")
            @Sendable func setBalance(to current: Int64) throws {
                _ = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.run(
                        "UPDATE balances SET current = ? WHERE user_id = 1", values: [.integer(current)])
                }
            }
            try await fixture.onLoop { repository in
                func current(of user: UserID) throws -> Int64 {
                    try repository.balance(of: user).atOnce.current.hundredths
                }
                #expect(try [current(of: user), current(of: other)] == [0, 0])
                repository.endBatch()
                #expect(try [current(of: user), current(of: other)] == [0, 0])
                #expect(!repository.reader.isBatchOpen, "nothing was read")
                try setBalance(to: 5)
                #expect(try current(of: other) == 0)
                #expect(!repository.reader.isBatchOpen, "the commit touched another user")
                _ = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.addOrder(.sample(1), of: other, at: fixture.clock.now)
                }
                #expect(try current(of: other) == 0)
                #expect(!repository.reader.isBatchOpen, "an upload changes no balance")
                #expect(try current(of: user) == 5)
                #expect(repository.reader.isBatchOpen)
                // The batch began before this commit. What it reads is not kept.
                try setBalance(to: 7)
                #expect(try current(of: user) == 5, "the snapshot stays")
                repository.endBatch()
                #expect(try current(of: user) == 7)
            }
        }
    }

    /// An operation that fails changes nothing, but its users may have another revision: their data is read once more.
    @Test func anOperationThatFailsLeavesARevision() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            #expect(throws: LoyaltyError.failed) {
                try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.run("UPDATE balances SET current = -1")
                }
            }
            try await fixture.onLoop { repository in
                #expect(repository.reader.revision(of: user) != nil)
            }
        }
    }
}
