import Loyalty
import SQLite
import TestSupport
import Testing

@testable import SQLiteStore
@testable import SharedStore

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
        try await fixture.onLoop { repository in try sessions.map { try repository.session(.sample($0)).atOnce?.user } }
    }

    @Test func aRemovedSessionIsGoneAndNoOther() async throws {
        let folder = TemporaryFolder()
        try await Fixture.with(folder: folder) { fixture async throws in
            let user = try await fill(fixture, "ann", count: 2)
            let revision = try await fixture.revision(of: user)
            try await fixture.onLoop { repository in try await repository.removeSession(.sample("ann 0")) }
            #expect(try await fixture.revision(of: user) != revision)
            try await fixture.onLoop { repository in try await repository.removeSession(.sample("ann 0")) }
        }
        // And stays so.
        try await Fixture.with(folder: folder) { fixture async throws in
            let users = try await users(of: ["ann", "ann 0", "ann 1"], fixture)
            #expect(users[0] != nil && users[1] == nil && users[2] == users[0])
        }
    }

    /// The sessions that would end first give way, and only those of the same user.
    @Test func theSessionsOfAUserAreBounded() async throws {
        try await Fixture.with(folder: TemporaryFolder()) { fixture async throws in
            let bob = try await fill(fixture, "bob", count: 5)
            let ann = try await fixture.addUser("ann")
            for index in 0..<12 {
                try await fixture.onLoop { repository in
                    let token = SessionToken(text: "ann \(index)")
                    let end = NewSession.sample("x").expiresAt.advanced(byMilliseconds: Int64(index))
                    try await repository.addSession(
                        NewSession(token: token, id: .sample("ann \(index)"), expiresAt: end, perUserMax: 4),
                        of: .sample("ann", ann))
                }
            }
            let kept = try await users(of: (0..<12).map { "ann \($0)" }, fixture).map { $0 != nil }
            #expect(kept.suffix(3) == [true, true, true] && kept.count { $0 } <= 4)
            #expect(
                try fixture.number(
                    "SELECT count(*) FROM sessions WHERE user_id = (SELECT id FROM users WHERE login = 'ann')") == 4)
            #expect(try await users(of: (0..<5).map { "bob \($0)" }, fixture) == Array(repeating: bob, count: 5))
            // A lifetime that was shortened does not end the newest session.
            try await fixture.onLoop { repository in
                try await repository.addSession(
                    NewSession(
                        token: SessionToken(text: "short"), id: .sample("short"),
                        expiresAt: NewSession.sample("x").expiresAt.advanced(byMilliseconds: -1000), perUserMax: 4),
                    of: .sample("ann", ann))
            }
            #expect(try await users(of: ["short"], fixture) == [ann])
        }
    }

    private func known(_ login: String, _ places: [SignInPlace], _ fixture: Fixture) async throws -> [SignInPlace] {
        let login = try Login(login)
        return try await fixture.onLoop { repository in try repository.signInPlaces(of: login, among: places).atOnce }
    }

    /// A program that keeps no cookies gets a device each time. It pushes out its own, and not the browser's or another
    /// user's.
    @Test func thePlacesOfAUserAreBounded() async throws {
        let folder = TemporaryFolder()
        let network = SignInPlace(bytes: [192, 0, 2, 1])
        @Sendable func device(_ number: Int) -> SignInPlace {
            SignInPlace(bytes: [UInt8](repeating: 7, count: 30) + [UInt8(number >> 8), UInt8(number & 255)])
        }
        @Sendable func signIn(_ fixture: Fixture, _ name: String, _ user: UserID, _ place: SignInPlace, _ round: Int)
            async throws
        {
            let at = Timestamp(milliseconds: Int64(round))
            let sample = NewSession.sample("\(name) \(round)")
            try await fixture.onLoop { repository in
                try await repository.addSession(
                    NewSession(
                        token: sample.token, id: sample.id, expiresAt: sample.expiresAt,
                        origin: SignInOrigin(network: network, device: place, at: at)), of: .sample(name, user))
            }
        }
        let (browser, foreign) = (device(1000), device(2000))
        try await Fixture.with(folder: folder) { fixture async throws in
            let (ann, bob) = (try await fixture.addUser("ann"), try await fixture.addUser("bob"))
            try await signIn(fixture, "bob", bob, foreign, 1)
            for round in 1...2 { try await signIn(fixture, "ann", ann, browser, round) }
            for round in 3..<100 { try await signIn(fixture, "ann", ann, device(round), round) }
            #expect(
                try fixture.number(
                    "SELECT count(*) FROM sign_in_places WHERE user_id = (SELECT id FROM users WHERE login = 'ann')")
                    == 33)
        }
        // A restart forgets none.
        try await Fixture.with(folder: folder) { fixture async throws in
            let asked = [network, browser, device(99), device(3), foreign]
            #expect(try await known("ann", asked, fixture) == [network, browser, device(99)])
            #expect(try await known("bob", asked, fixture) == [network, foreign])
            #expect(try await known("nobody", asked, fixture) == [])
            let ann = try Login("ann")
            let user = try #require(
                try await fixture.onLoop { repository in try repository.credentials(of: ann).atOnce?.user })
            try await fixture.onLoop { [new] repository in
                try await repository.changePassword(
                    of: .sample("ann", user), to: new, keeping: .sample("ann 7"), places: [network])
            }
            #expect(try await known("ann", [network, browser], fixture) == [network])
        }
    }

    @Test func aNewPasswordEndsAllOtherSessionsOfItsUser() async throws {
        let folder = TemporaryFolder()
        try await Fixture.with(folder: folder) { fixture async throws in
            let ann = try await fill(fixture, "ann", count: 30)
            let bob = try await fill(fixture, "bob", count: 2)
            let revisions = (try await fixture.revision(of: ann), try await fixture.revision(of: bob))
            try await fixture.onLoop { [new] repository in
                try await repository.changePassword(
                    of: .sample("ann", ann), to: new, keeping: .sample("ann 7"), places: [])
            }
            #expect(try await fixture.revision(of: ann) != revisions.0)
            #expect(try await fixture.revision(of: bob) == revisions.1)
        }
        try await Fixture.with(folder: folder) { fixture async throws in
            #expect(try fixture.number("SELECT count(*) FROM sessions WHERE user_id = 1") == 1)
            #expect(try fixture.number("SELECT count(*) FROM sessions WHERE user_id = 2") == 3)
            #expect(try await users(of: ["ann 7"], fixture) == [UserID(rawValue: 1)])
            try await fixture.onLoop { [new] repository throws in
                #expect(try repository.credentials(of: Login("ann")).atOnce?.passwordHash == new)
                #expect(try repository.credentials(of: Login("bob")).atOnce?.passwordHash == .sample("bob"))
                #expect(try repository.profile(of: UserID(rawValue: 1)).atOnce?.login == Login("ann"))
                #expect(try repository.profile(of: UserID(rawValue: 99)).atOnce == nil)
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
                                keeping: .sample("ann 1"), places: [])
                        }
                        return change != nil
                    }
                }
                try? await eventually { fixture.store.writer.waitingCount == 5 }
                hold.release()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 } == 1)
            #expect(try fixture.number("SELECT count(*) FROM sessions") == 1)
            await #expect(throws: LoyaltyError.wrongCurrentPassword) {
                try await fixture.onLoop { [new] repository in
                    try await repository.changePassword(
                        of: .sample("ann", user), to: new, keeping: .sample("ann 2"), places: [])
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
            fixture.store.startSweepingSessions()
            try await eventually { try fixture.number("SELECT count(*) FROM sessions") == 1 }
        }
    }

    @Test func aStoppedWriterIsNoHarm() async throws {
        try await Fixture.with { fixture async throws in
            fixture.store.writer.stop()
            #expect(fixture.store.writer.sweepSessions(at: fixture.clock.now) == .refused)
        }
    }
}
