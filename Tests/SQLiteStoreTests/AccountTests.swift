import Loyalty
import SQLiteStore
import Storage
import TestSupport
import Testing

struct AccountTests {
    @Test func aUserIsFoundByLoginAndSession() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser("gopher")
            try await fixture.onLoop { repository throws in
                #expect(
                    try repository.credentials(of: Login("gopher")).atOnce
                        == Credentials(user: user, passwordHash: PasswordHash.sample("gopher")))
                #expect(try repository.credentials(of: Login("Gopher")).atOnce == nil)
                #expect(try repository.session(.sample("gopher")).atOnce?.user == user)
                #expect(try repository.session(.sample("another")).atOnce == nil)
                #expect(try repository.balance(of: user).atOnce == Balance(current: .zero, withdrawn: .zero))
            }
        }
    }

    /// Neither Unicode's equivalences nor U+0000 make two logins one.
    @Test func loginsAreComparedByteForByte() async throws {
        try await Fixture.with { fixture async throws in
            var users: Set<UserID> = []
            let logins = [
                "é", "e\u{301}", "a", "A", "a\0", "a\0b", "\0", " a", "🦫", String(repeating: "x", count: 256),
            ]
            for login in logins { users.insert(try await fixture.addUser(login)) }
            #expect(users.count == logins.count)
            for login in logins {
                await #expect(throws: LoyaltyError.loginTaken) { try await fixture.addUser(login) }
                #expect(
                    try await fixture.onLoop { repository in try repository.credentials(of: Login(login)).atOnce }?
                        .passwordHash
                        == PasswordHash.sample(login))
            }
        }
    }

    @Test func aTakenLoginOpensNoSession() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser("gopher")
            await #expect(throws: LoyaltyError.loginTaken) {
                try await fixture.onLoop { repository in
                    try await repository.addUser(
                        Login("gopher"), passwordHash: PasswordHash(text: "mine"), session: .sample("thief"),
                        at: fixture.clock.now)
                }
            }
            try await fixture.onLoop { repository throws in
                #expect(try repository.session(.sample("thief")).atOnce == nil)
                #expect(try repository.credentials(of: Login("gopher")).atOnce?.user == user)
            }
        }
    }

    @Test func aSessionKnowsItsEnd() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let end = fixture.clock.now.advanced(byMilliseconds: 5000)
            let found = try await fixture.onLoop { repository in
                try await repository.addSession(.sample("second", expiresAt: end), of: .sample("gopher", user))
                return try repository.session(.sample("second")).atOnce
            }
            #expect(found?.user == user && found?.expiresAt == end)
        }
    }

    /// A client that presented the old password while a new one was being set gets no session.
    @Test func aSessionNeedsThePasswordOfTheMoment() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let stale = [
                Credentials(user: user, passwordHash: PasswordHash(text: "hash of another")),
                Credentials(user: UserID(rawValue: 99), passwordHash: PasswordHash.sample("gopher")),
            ]
            for credentials in stale {
                await #expect(throws: LoyaltyError.wrongCredentials) {
                    try await fixture.onLoop { repository in
                        try await repository.addSession(.sample("late"), of: credentials)
                    }
                }
            }
            #expect(try fixture.number("SELECT count(*) FROM sessions") == 1)
        }
    }

    @Test func twentyAskForOneLoginAndOneGetsIt() async throws {
        try await Fixture.with { fixture async throws in
            let outcomes = await withTaskGroup(of: Result<UserID, any Error>.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        do {
                            return .success(
                                try await fixture.onLoop { repository in
                                    try await repository.addUser(
                                        Login("gopher"), passwordHash: PasswordHash(text: "\(index)"),
                                        session: .sample("\(index)"), at: fixture.clock.now)
                                })
                        } catch { return .failure(error) }
                    }
                }
                return await group.reduce(into: [Result<UserID, any Error>]()) { all, next in all.append(next) }
            }
            #expect(outcomes.count { outcome in (try? outcome.get()) != nil } == 1)
            for case .failure(let error) in outcomes { #expect(error as? LoyaltyError == .loginTaken) }
            #expect(try fixture.number("SELECT count(*) FROM users") == 1)
            #expect(try fixture.number("SELECT count(*) FROM sessions") == 1)
        }
    }
}
