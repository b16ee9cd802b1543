import Crypto
import Loyalty
import SignIn
import Storage
import TestSupport
import Testing

@Suite struct AccountServiceTests {
    private let journal = CallJournal()
    private let clock = TestClock(milliseconds: 1_000_000)
    private let repository: InMemoryRepository

    init() {
        repository = InMemoryRepository(journal: journal)
    }

    private func service(
        hasherFailure: LoyaltyError? = nil, passwordBytesMin: Int = 1, throttle policy: ThrottlePolicy = .unlimited
    ) -> AccountService {
        AccountService(
            repository: repository, hasher: PlainHasher(journal: journal, failure: hasherFailure),
            tokens: CountedTokens(),
            policy: AccountPolicy(passwordBytesMin: passwordBytesMin, sessionSeconds: 60),
            throttle: AccountThrottle(policy) { [clock] in clock.now.milliseconds }, clock: { [clock] in clock.now })
    }

    /// The session of the token, if its time has not run out.
    private func openSession(of token: SessionToken, _ service: AccountService) throws -> OpenSession? {
        try repository.session(service.id(of: token)).atOnce.flatMap { service.isOpen($0) ? $0 : nil }
    }

    @Test func registeringSignsIn() async throws {
        let service = service()
        let session = try await service.register(login: "me", password: "secret", from: .here).session
        #expect(journal.calls == ["isRegistrationOpen", "credentials", "hash", "addUser"])
        #expect(session.expiresAt == clock.now.advanced(byMilliseconds: 60_000))
        #expect(try openSession(of: session.token, service)?.user == UserID(rawValue: 1))
        #expect(try repository.passwordHash(of: Login("me"))?.text == "hash of secret")
    }

    @Test func aTakenLoginIsRefusedBeforeTheCostlyHash() async throws {
        let service = service()
        _ = try await service.register(login: "me", password: "secret", from: .here)
        await #expect(throws: LoyaltyError.loginTaken) {
            try await service.register(login: "me", password: "other", from: .here)
        }
        #expect(
            journal.calls
                == ["isRegistrationOpen", "credentials", "hash", "addUser", "isRegistrationOpen", "credentials"])
        _ = try await service.signIn(login: "me", password: "secret", from: .here, showing: nil)
    }

    @Test func theLoserOfARaceForALoginIsRefused() async throws {
        let service = service()
        let login = try Login("me")
        repository.onCall = { [repository] call in
            guard call == "addUser" else { return }
            _ = repository.addUser(login, passwordHash: PasswordHash(text: "hash of secret"))
        }
        await #expect(throws: LoyaltyError.loginTaken) {
            try await service.register(login: "me", password: "other", from: .here)
        }
        #expect(try repository.passwordHash(of: Login("me"))?.text == "hash of secret")
        #expect(repository.sessionCount == 0)
    }

    @Test func signingInOpensAnotherSession() async throws {
        let service = service()
        let first = try await service.register(login: "me", password: "secret", from: .here).session
        clock.advance(byMilliseconds: 59_999)
        let second = try await service.signIn(login: "me", password: "secret", from: .here, showing: nil).session
        #expect(first.id != second.id)
        #expect(second.expiresAt == clock.now.advanced(byMilliseconds: 60_000))
        #expect(try openSession(of: first.token, service)?.user == UserID(rawValue: 1))
        clock.advance(byMilliseconds: 1)
        #expect(try openSession(of: first.token, service) == nil)
        #expect(try openSession(of: second.token, service)?.user == UserID(rawValue: 1))
        #expect(try openSession(of: SessionToken(text: "unknown"), service) == nil)
    }

    @Test func aSignInReplacesAHashOfAnotherServer() async throws {
        let hasher = Argon2Hasher(parameters: Argon2Parameters(memoryBytes: 8192, passes: 1))
        defer { hasher.stop() }
        let service = AccountService(
            repository: repository, hasher: hasher, tokens: CountedTokens(),
            policy: AccountPolicy(passwordBytesMin: 1, sessionSeconds: 60),
            throttle: AccountThrottle(.unlimited) { [clock] in clock.now.milliseconds }, clock: { [clock] in clock.now }
        )
        let login = try Login("me")
        let bcrypt = PasswordHash(text: "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW")
        let user = repository.addUser(login, passwordHash: bcrypt)
        await #expect(throws: LoyaltyError.wrongCredentials) {
            try await service.signIn(login: "me", password: "other", from: .here, showing: nil)
        }
        #expect(repository.passwordHash(of: login) == bcrypt)
        let session = try await service.signIn(login: "me", password: "secret", from: .here, showing: nil).session
        #expect(try openSession(of: session.token, service)?.user == user)
        let replaced = repository.passwordHash(of: login)
        #expect(replaced?.kind == .argon2id(memoryKibibytes: 8, passes: 1, lanes: 1))
        _ = try await service.signIn(login: "me", password: "secret", from: .here, showing: nil)
        #expect(repository.passwordHash(of: login) == replaced)
    }

    @Test func aWrongPasswordIsRefused() async throws {
        let service = service()
        _ = try await service.register(login: "me", password: "secret", from: .here)
        for password in ["Secret", "secret ", "x", "secret\0"] {
            await #expect(throws: LoyaltyError.wrongCredentials) {
                try await service.signIn(login: "me", password: password, from: .here, showing: nil)
            }
        }
        #expect(repository.sessionCount == 1)
    }

    /// An unknown login is treated like a known one: a password is verified all the same, and the answer is the same.
    @Test func aPasswordIsVerifiedForAnUnknownLoginToo() async {
        await #expect(throws: LoyaltyError.wrongCredentials) {
            try await service().signIn(login: "unknown", password: "secret", from: .here, showing: nil)
        }
        #expect(journal.calls == ["credentials", "verify nil"])
    }

    /// A disabled user is treated like a wrong password: the right password is verified all the same.
    @Test func aPasswordIsVerifiedForADisabledUserToo() async throws {
        let service = service()
        _ = try await service.register(login: "me", password: "secret", from: .here)
        try repository.disable(Login("me"))
        await #expect(throws: LoyaltyError.wrongCredentials) {
            try await service.signIn(login: "me", password: "secret", from: .here, showing: nil)
        }
        #expect(journal.calls.suffix(2) == ["credentials", "verify"])
        #expect(repository.sessionCount == 1)
    }

    @Test(arguments: [
        ("", "secret"), (String(repeating: "x", count: 257), "secret"), ("me", ""),
        ("me", String(repeating: "x", count: 1025)),
    ])
    func malformedInputIsRefusedBeforeAnyLookup(login: String, password: String) async {
        let service = service()
        for registers in [true, false] {
            do throws(LoyaltyError) {
                if registers {
                    _ = try await service.register(login: login, password: password, from: .here)
                } else {
                    _ = try await service.signIn(login: login, password: password, from: .here, showing: nil)
                }
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

    /// The minimum is for new passwords: a user with a shorter password can still sign in.
    @Test func theMinimumLengthIsForNewPasswords() async throws {
        _ = try await service().register(login: "me", password: "short", from: .here)
        let stricter = service(passwordBytesMin: 8)
        await #expect(throws: LoyaltyError.malformed("The password is shorter than 8 bytes.")) {
            try await stricter.register(login: "you", password: "short", from: .here)
        }
        _ = try await stricter.signIn(login: "me", password: "short", from: .here, showing: nil)
        _ = try await stricter.register(login: "you", password: "12345678", from: .here)
    }

    @Test func aFullHasherLeavesNoUser() async {
        let overloaded = LoyaltyError.overloaded(retryAfterSeconds: 2)
        let service = service(hasherFailure: overloaded)
        await #expect(throws: overloaded) { try await service.register(login: "me", password: "secret", from: .here) }
        await #expect(throws: overloaded) {
            try await service.signIn(login: "me", password: "secret", from: .here, showing: nil)
        }
        #expect(repository.userCount == 0 && repository.sessionCount == 0)
    }

    @Test func aFailingRepositoryOpensNoSession() async throws {
        let service = service()
        let session = try await service.register(login: "me", password: "secret", from: .here).session
        let failure = LoyaltyError.unavailable(retryAfterSeconds: 3)
        repository.failure = failure
        await #expect(throws: failure) { try await service.register(login: "you", password: "secret", from: .here) }
        await #expect(throws: failure) {
            try await service.signIn(login: "me", password: "secret", from: .here, showing: nil)
        }
        #expect(throws: failure) { try openSession(of: session.token, service) }
    }

    @Test func signingOutEndsOnlyThatSession() async throws {
        let service = service()
        let first = try await service.register(login: "me", password: "secret", from: .here).session
        let second = try await service.signIn(login: "me", password: "secret", from: .here, showing: nil).session
        try await service.signOut(first.id)
        #expect(try openSession(of: first.token, service) == nil)
        #expect(try openSession(of: second.token, service) != nil)
    }

    @Test func aNewPasswordReplacesTheOldAndEndsOtherSessions() async throws {
        let service = service()
        let kept = try await service.register(login: "me", password: "secret", from: .here).session
        let other = try await service.signIn(login: "me", password: "secret", from: .here, showing: nil).session
        let stranger = try await service.register(login: "you", password: "secret", from: .here).session
        try await service.changePassword(
            of: UserID(rawValue: 1), from: "secret", to: "better", keeping: kept.id, from: .here, showing: nil)
        #expect(try openSession(of: kept.token, service) != nil)
        #expect(try openSession(of: other.token, service) == nil)
        #expect(try openSession(of: stranger.token, service) != nil)
        await #expect(throws: LoyaltyError.wrongCredentials) {
            try await service.signIn(login: "me", password: "secret", from: .here, showing: nil)
        }
        _ = try await service.signIn(login: "me", password: "better", from: .here, showing: nil)
    }

    /// Guessing with a stolen session is no faster than without it.
    @Test func wrongCurrentPasswordsCountAsFailedSignIns() async throws {
        let service = service(throttle: .strict)
        let session = try await service.register(login: "me", password: "secret", from: .here).session
        for _ in 0..<3 {
            await #expect(throws: LoyaltyError.wrongCurrentPassword) {
                try await service.changePassword(
                    of: UserID(rawValue: 1), from: "guess", to: "mine", keeping: session.id, from: .here, showing: nil)
            }
        }
        let hashed = journal.calls.count { $0 == "verify" }
        let tooMany = LoyaltyError.tooManyFailures(retryAfterSeconds: 1)
        await #expect(throws: tooMany) {
            try await service.changePassword(
                of: UserID(rawValue: 1), from: "secret", to: "mine", keeping: session.id, from: .here, showing: nil)
        }
        await #expect(throws: tooMany) {
            try await service.signIn(login: "me", password: "secret", from: .here, showing: nil)
        }
        #expect(journal.calls.count { $0 == "verify" } == hashed, "who has to wait costs no hash")
        clock.advance(byMilliseconds: 1000)
        _ = try await service.signIn(login: "me", password: "secret", from: .here, showing: nil)
    }

    @Test func onlyTheNewPasswordNeedsTheMinimumLength() async throws {
        let session = try await service().register(login: "me", password: "old", from: .here).session
        let stricter = service(passwordBytesMin: 8)
        for (current, new) in [
            ("old", "1234567"), ("old", ""), ("", "12345678"), ("old", String(repeating: "x", count: 1025)),
        ] {
            await #expect {
                try await stricter.changePassword(
                    of: UserID(rawValue: 1), from: current, to: new, keeping: session.id, from: .here, showing: nil)
            } throws: { if case LoyaltyError.malformed = $0 { true } else { false } }
        }
        try await stricter.changePassword(
            of: UserID(rawValue: 1), from: "old", to: "12345678", keeping: session.id, from: .here, showing: nil)
    }

    @Test func registrationsFromOneNetworkAreSlowed() async throws {
        let service = service(throttle: .strict)
        for index in 0..<4 { _ = try await service.register(login: "user \(index)", password: "p", from: .here) }
        let hashed = journal.calls.count { $0 == "hash" }
        await #expect(throws: LoyaltyError.tooManyRegistrations(retryAfterSeconds: 1)) {
            try await service.register(login: "another", password: "p", from: .here)
        }
        #expect(journal.calls.count { $0 == "hash" } == hashed)
        _ = try await service.register(login: "another", password: "p", from: .elsewhere)
        _ = try await service.signIn(login: "user 0", password: "p", from: .here, showing: nil)
    }
}
