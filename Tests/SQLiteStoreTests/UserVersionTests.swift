import Loyalty
import SQLite
import Storage
import Testing

@testable import SQLiteStore

/// What was read of a user is current until a commit touches that user.
struct UserVersionTests {
    /// Every table and event that touches a user, each as the owner's own statement: no operation is asked to tell of it.
    private static let changes: [StaticString] = [
        "INSERT INTO sessions (token_hash, user_id, expires_at) VALUES (x'01', 1, 0)",
        "UPDATE sessions SET expires_at = 1 WHERE user_id = 1",
        "DELETE FROM sessions WHERE user_id = 1",
        "INSERT INTO orders (number, user_id, uploaded_at) VALUES ('18', 1, 0)",
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
            for change in Self.changes {
                let before = try await fixture.onLoop { repository in repository.version }
                try await expect(fixture, before, isCurrentOf: [user, other])
                let count = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.run(change)
                }
                #expect(count > 0, "\(change)")
                try await fixture.onLoop { repository in
                    #expect(!repository.isCurrent(before, of: user), "\(change)")
                    #expect(repository.isCurrent(before, of: other), "\(change)")
                    #expect(repository.isCurrent(repository.version, of: user), "\(change)")
                    #expect(repository.lastChange(of: user) == repository.version, "\(change)")
                    #expect(repository.lastChange(of: other).map { $0.commit <= before.commit } == true)
                }
            }
        }
    }

    /// A version belongs to the snapshot that is read, and not to the moment in which it is asked for.
    @Test func aBatchThatBeganBeforeACommitIsOfTheVersionBefore() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.onLoop { repository in
                #expect(try repository.orders(of: user).isEmpty)
                _ = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.run("INSERT INTO orders (number, user_id, uploaded_at) VALUES ('18', 1, 0)")
                }
                let version = repository.version
                #expect(try repository.orders(of: user).isEmpty, "the snapshot stays")
                #expect(!repository.isCurrent(version, of: user), "what it shows is no longer so")
                let change = try #require(repository.lastChange(of: user))
                #expect(change.commit > version.commit, "what is read now lacks the change")
                repository.endBatch()
                #expect(repository.isCurrent(repository.version, of: user))
                #expect(try repository.orders(of: user).count == 1)
            }
        }
    }

    /// Nothing was written, and so nothing changed; but who was asked about in vain may be read once more.
    @Test func anOperationThatFailsLeavesVersionsThatCanBeCurrent() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            #expect(throws: LoyaltyError.failed) {
                try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    try transaction.run("UPDATE balances SET current = -1")
                }
            }
            try await fixture.onLoop { repository in
                #expect(repository.isCurrent(repository.version, of: user))
            }
        }
    }

    private func expect(
        _ fixture: Fixture, _ version: ReadVersion, isCurrentOf users: [UserID]
    ) async throws {
        try await fixture.onLoop { repository in
            for user in users { #expect(repository.isCurrent(version, of: user)) }
        }
    }
}
