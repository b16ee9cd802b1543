import Loyalty
import SQLite
import Testing

@testable import Store

/// Sessions that end before their time, and those whose time has come.
struct SessionTests {
    private let new = PasswordHash(text: "a new hash")

    /// Each user gets some more sessions, `login 0` and so on.
    private func fill(_ fixture: Fixture, _ login: String, count: Int, expiresAt end: Timestamp? = nil) async throws
        -> UserID
    {
        let user = try await fixture.addUser(login)
        for index in 0..<count {
            try await fixture.onLoop { repository in
                let session = end.map { NewSession.sample("\(login) \(index)", expiresAt: $0) }
                try await repository.addSession(session ?? .sample("\(login) \(index)"), of: .sample(login, user))
            }
        }
        return user
    }

    private func users(of sessions: [String], _ fixture: Fixture) async throws -> [UserID?] {
        try await fixture.onLoop { repository in try sessions.map { try repository.session(.sample($0))?.user } }
    }

    @Test func aRemovedSessionIsGoneAndNoOther() async throws {
        let folder = TemporaryFolder()
        try await Fixture.with(folder: folder) { fixture async throws in
            let user = try await fill(fixture, "ann", count: 2)
            let version = try await fixture.onLoop { repository in repository.version }
            try await fixture.onLoop { repository in try await repository.removeSession(.sample("ann 0")) }
            try await fixture.onLoop { repository in #expect(!repository.isCurrent(version, of: user)) }
            try await fixture.onLoop { repository in try await repository.removeSession(.sample("ann 0")) }
        }
        // And stays so.
        try await Fixture.with(folder: folder) { fixture async throws in
            let users = try await users(of: ["ann", "ann 0", "ann 1"], fixture)
            #expect(users[0] != nil && users[1] == nil && users[2] == users[0])
        }
    }

    @Test func aNewPasswordEndsAllOtherSessionsOfItsUser() async throws {
        let folder = TemporaryFolder()
        try await Fixture.with(folder: folder) { fixture async throws in
            let ann = try await fill(fixture, "ann", count: 30)
            let bob = try await fill(fixture, "bob", count: 2)
            let version = try await fixture.onLoop { repository in repository.version }
            try await fixture.onLoop { [new] repository in
                try await repository.changePassword(of: .sample("ann", ann), to: new, keeping: .sample("ann 7"))
            }
            try await fixture.onLoop { repository in
                #expect(!repository.isCurrent(version, of: ann))
                #expect(repository.isCurrent(version, of: bob))
            }
        }
        try await Fixture.with(folder: folder) { fixture async throws in
            #expect(try fixture.number("SELECT count(*) FROM sessions WHERE user_id = 1") == 1)
            #expect(try fixture.number("SELECT count(*) FROM sessions WHERE user_id = 2") == 3)
            #expect(try await users(of: ["ann 7"], fixture) == [UserID(rawValue: 1)])
            try await fixture.onLoop { [new] repository throws in
                #expect(try repository.credentials(of: Login("ann"))?.passwordHash == new)
                #expect(try repository.credentials(of: Login("bob"))?.passwordHash.text == "hash of bob")
                #expect(try repository.profile(of: UserID(rawValue: 1))?.login == Login("ann"))
                #expect(try repository.profile(of: UserID(rawValue: 99)) == nil)
            }
        }
    }

    /// Of two changes at once, and of one with a password that is no longer the current one, nothing remains.
    @Test func onlyTheCurrentPasswordIsReplaced() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fill(fixture, "ann", count: 3)
            let hold = fixture.holdWriter()
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<5 {
                    group.addTask {
                        let change: Void? = try? await fixture.onLoop { repository in
                            try await repository.changePassword(
                                of: .sample("ann", user), to: PasswordHash(text: "new \(index)"),
                                keeping: .sample("ann 1"))
                        }
                        return change != nil
                    }
                }
                try? await waitUntil { fixture.store.writer.waitingCount == 5 }
                hold.release()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 } == 1)
            #expect(try fixture.number("SELECT count(*) FROM sessions") == 1)
            await #expect(throws: LoyaltyError.wrongCurrentPassword) {
                try await fixture.onLoop { [new] repository in
                    try await repository.changePassword(of: .sample("ann", user), to: new, keeping: .sample("ann 2"))
                }
            }
            #expect(try await users(of: ["ann 1"], fixture) == [user])
        }
    }

    @Test func theSessionsOfAUserAreFoundByAnIndex() async throws {
        try await Fixture.with { fixture async throws in
            let plan = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                try transaction.all("EXPLAIN QUERY PLAN DELETE FROM sessions WHERE user_id = 1 AND token_hash <> x'01'")
                {
                    row in row.text(3)
                }
            }
            #expect(plan.contains { $0.contains("sessions_by_user") }, "\(plan)")
        }
    }

    @Test func expiredSessionsGoInBatchesTheOldestFirst() async throws {
        try await Fixture.with { fixture async throws in
            let now = fixture.clock.now
            _ = try await fixture.addUser()
            for (count, end) in [(300, 10), (1, 11), (5, 12)] {
                try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    for index in 0..<count {
                        try transaction.run(
                            "INSERT INTO sessions (token_hash, user_id, expires_at) VALUES (?, 1, ?)",
                            Array("\(end) \(index)".utf8),
                            now.milliseconds + Int64(end))
                    }
                }
            }
            let writer = fixture.store.writer
            let times = [9, 10, 10, 10, 10, 11, 11].map { now.advanced(byMilliseconds: $0) }
            let outcomes = times.map { writer.sweepSessions(at: $0) }
            #expect(outcomes == [0, 128, 128, 44, 0, 1, 0].map { .removed($0) })
            #expect(try fixture.number("SELECT count(*) FROM sessions") == 6)
        }
    }

    @Test func theSweepPausesBetweenBatchesAndRestsWhereThereIsNothing() {
        let delays = [0, 127, 128].map { SessionSweep.delayMilliseconds(after: .removed($0)) }
        #expect(delays == [300_000, 300_000, 100])
        #expect(SessionSweep.delayMilliseconds(after: .refused) == 30_000)
    }

    /// At the start, batch after batch, while others write; and it stops at once.
    @Test func aSweeperRemovesAllThatHasExpired() async throws {
        try await Fixture.with { fixture async throws in
            _ = try await fixture.addUser()
            try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                for index in 0..<500 {
                    try transaction.run(
                        "INSERT INTO sessions (token_hash, user_id, expires_at) VALUES (?, 1, 5)",
                        Array("\(index)".utf8))
                }
            }
            let sweeper = fixture.store.startSweepingSessions()
            try await waitUntil { try fixture.number("SELECT count(*) FROM sessions") == 1 }
            sweeper.stop()
        }
    }

    @Test func aStoppedWriterIsNoHarm() async throws {
        try await Fixture.with { fixture async throws in
            fixture.store.writer.stop()
            #expect(fixture.store.writer.sweepSessions(at: fixture.clock.now) == .refused)
        }
    }
}
