import Loyalty
import Testing

@Suite struct AccountServiceTests {
    private let journal = FakeJournal()
    private let clock = FakeClock()
    private let repository: FakeRepository

    init() {
        repository = FakeRepository(journal: journal)
    }

    private func service(hasherFailure: LoyaltyError? = nil, passwordBytesMin: Int = 1) -> AccountService {
        AccountService(
            repository: repository, hasher: FakeHasher(journal: journal, failure: hasherFailure), tokens: FakeTokens(),
            policy: AccountPolicy(passwordBytesMin: passwordBytesMin, sessionSeconds: 60),
            clock: { [clock] in clock.now })
    }

    @Test func registeringSignsIn() async throws {
        let service = service()
        let session = try await service.register(login: "me", password: "secret")
        #expect(journal.calls == ["credentials", "hash", "addUser"])
        #expect(session.expiresAt == clock.now.advanced(byMilliseconds: 60_000))
        #expect(try service.session(of: session.token)?.user == UserID(rawValue: 1))
        #expect(try repository.users[Login("me")]?.passwordHash.text == "hash of secret")
    }

    @Test func takenLoginIsRefusedBeforeTheCostlyHash() async throws {
        let service = service()
        _ = try await service.register(login: "me", password: "secret")
        await #expect(throws: LoyaltyError.loginTaken) { try await service.register(login: "me", password: "other") }
        #expect(journal.calls == ["credentials", "hash", "addUser", "credentials"])
        _ = try await service.signIn(login: "me", password: "secret")
    }

    @Test func whoLosesTheRaceForALoginIsRefused() async throws {
        let service = service()
        _ = try await service.register(login: "me", password: "secret")
        repository.losesRaces = true
        await #expect(throws: LoyaltyError.loginTaken) { try await service.register(login: "me", password: "other") }
        #expect(try repository.users[Login("me")]?.passwordHash.text == "hash of secret")
        #expect(repository.sessions.count == 1)
    }

    @Test func signingInOpensAnotherSession() async throws {
        let service = service()
        let first = try await service.register(login: "me", password: "secret")
        clock.advance(byMilliseconds: 59_999)
        let second = try await service.signIn(login: "me", password: "secret")
        #expect(first.id != second.id)
        #expect(second.expiresAt == clock.now.advanced(byMilliseconds: 60_000))
        #expect(try service.session(of: first.token)?.user == UserID(rawValue: 1))
        clock.advance(byMilliseconds: 1)
        #expect(try service.session(of: first.token) == nil)
        #expect(try service.session(of: second.token)?.user == UserID(rawValue: 1))
        #expect(try service.session(of: SessionToken(text: "unknown")) == nil)
    }

    @Test func wrongPasswordIsRefused() async throws {
        let service = service()
        _ = try await service.register(login: "me", password: "secret")
        for password in ["Secret", "secret ", "x", "secret\0"] {
            await #expect(throws: LoyaltyError.wrongCredentials) {
                try await service.signIn(login: "me", password: password)
            }
        }
        #expect(repository.sessions.count == 1)
    }

    /// An unknown login takes the way of a known one: a password is verified all the same, and the answer is the same.
    @Test func unknownLoginIsVerifiedAllTheSame() async {
        await #expect(throws: LoyaltyError.wrongCredentials) {
            try await service().signIn(login: "nobody", password: "secret")
        }
        #expect(journal.calls == ["credentials", "verify nil"])
    }

    /// A disabled user takes the way of a wrong password: the right one is verified all the same.
    @Test func aDisabledUserIsVerifiedAllTheSame() async throws {
        let service = service()
        _ = try await service.register(login: "me", password: "secret")
        try repository.disable(Login("me"))
        await #expect(throws: LoyaltyError.wrongCredentials) {
            try await service.signIn(login: "me", password: "secret")
        }
        #expect(journal.calls.suffix(2) == ["credentials", "verify"])
        #expect(repository.sessions.count == 1)
    }

    @Test(arguments: [
        ("", "secret"), (String(repeating: "x", count: 257), "secret"), ("me", ""),
        ("me", String(repeating: "x", count: 1025)),
    ])
    func malformedIsRefusedBeforeAnythingIsAsked(login: String, password: String) async {
        let service = service()
        for attempt in [service.register, service.signIn] {
            do throws(LoyaltyError) {
                _ = try await attempt(login, password)
                Issue.record("accepted")
            } catch {
                guard case .malformed = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
        #expect(journal.calls.isEmpty)
    }

    /// The minimum is for new passwords: who has a shorter one can still sign in.
    @Test func minimumLengthIsForRegistering() async throws {
        _ = try await service().register(login: "me", password: "short")
        let stricter = service(passwordBytesMin: 8)
        await #expect(throws: LoyaltyError.malformed("The password is shorter than 8 bytes.")) {
            try await stricter.register(login: "you", password: "short")
        }
        _ = try await stricter.signIn(login: "me", password: "short")
        _ = try await stricter.register(login: "you", password: "12345678")
    }

    @Test func hasherWithoutRoomLeavesNothingBehind() async {
        let overloaded = LoyaltyError.overloaded(retryAfterSeconds: 2)
        let service = service(hasherFailure: overloaded)
        await #expect(throws: overloaded) { try await service.register(login: "me", password: "secret") }
        await #expect(throws: overloaded) { try await service.signIn(login: "me", password: "secret") }
        #expect(repository.users.isEmpty && repository.sessions.isEmpty)
    }

    @Test func failingRepositoryOpensNoSession() async throws {
        let service = service()
        let session = try await service.register(login: "me", password: "secret")
        let failure = LoyaltyError.unavailable(retryAfterSeconds: 3)
        repository.failure = failure
        await #expect(throws: failure) { try await service.register(login: "you", password: "secret") }
        await #expect(throws: failure) { try await service.signIn(login: "me", password: "secret") }
        #expect(throws: failure) { try service.session(of: session.token) }
    }
}
