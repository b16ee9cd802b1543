import TestSupport
import Testing

@testable import Loyalty
@testable import SignIn

/// The limit of hashes in progress of one client, and the sources that the hasher is told.
@Suite struct AccountThrottleTests {
    private let journal = CallJournal()
    private let hasher: PlainHasher
    private let repository: InMemoryRepository

    init() {
        hasher = PlainHasher(journal: journal)
        repository = InMemoryRepository(journal: journal)
    }

    private func throttle(hashingPerSourceMax: Int) -> AccountThrottle {
        let policy = ThrottlePolicy(
            failuresPerLoginMax: 3, failuresPerNetworkMax: 10, registrationsPerHourMax: 4, delaySecondsMax: 60,
            hashingPerSourceMax: hashingPerSourceMax)
        return AccountThrottle(policy) { 0 }
    }

    private func service(_ throttle: AccountThrottle) -> AccountService {
        AccountService(
            repository: repository, hasher: hasher, tokens: CountedTokens(),
            policy: AccountPolicy(passwordBytesMin: 1, sessionSeconds: 60), throttle: throttle,
            clock: { Timestamp(milliseconds: 0) })
    }

    @Test func hashesInProgressOfOneSourceAreLimited() async throws {
        let throttle = throttle(hashingPerSourceMax: 64)
        let overloaded = LoyaltyError.overloaded(retryAfterSeconds: 1)
        for _ in 0..<2 {
            for _ in 0..<63 { #expect(throttle.beginHashing(from: .here)) }
            try await throttle.hashing(from: .here) { () async throws(LoyaltyError) in
                await #expect(throws: overloaded) {
                    try await throttle.hashing(from: .here) { Issue.record("the 65th is let in") }
                }
                try await throttle.hashing(from: .elsewhere) {}
                try await throttle.hashing(from: .device(.number(1))) {}
            }
            // An attempt that fails is no longer in progress either.
            for _ in 0..<3 {
                await #expect(throws: LoyaltyError.failed) {
                    try await throttle.hashing(from: .here) { () async throws(LoyaltyError) in throw .failed }
                }
            }
            for _ in 0..<63 { throttle.endHashing(from: .here) }
        }
    }

    @Test func zeroMeansNoLimit() {
        let throttle = throttle(hashingPerSourceMax: 0)
        for _ in 0..<500 { #expect(throttle.beginHashing(from: .here)) }
    }

    /// The refusal precedes the lookup, the hash and the count of a password.
    @Test func registrationsSignInsAndPasswordChangesShareALimit() async throws {
        let throttle = throttle(hashingPerSourceMax: 2)
        let service = service(throttle)
        let signedIn = try await service.register(login: "me", password: "secret", from: .here)
        let calls = journal.calls
        let overloaded = LoyaltyError.overloaded(retryAfterSeconds: 1)
        for _ in 0..<2 { #expect(throttle.beginHashing(from: .here)) }
        for index in 0..<10 {
            await #expect(throws: overloaded) {
                try await service.register(login: "user \(index)", password: "secret", from: .here)
            }
            await #expect(throws: overloaded) {
                try await service.signIn(login: "me", password: "guess", from: .here, showing: nil)
            }
            await #expect(throws: overloaded) {
                try await service.changePassword(
                    of: UserID(rawValue: 1), from: "guess", to: "mine", keeping: signedIn.session.id, from: .here,
                    showing: nil)
            }
        }
        #expect(journal.calls.filter { $0 != "profile" } == calls)
        // The owner's device at the same address is a source of its own.
        _ = try await service.signIn(
            login: "me", password: "secret", from: .here, showing: signedIn.newDevice)
        for _ in 0..<2 { throttle.endHashing(from: .here) }
        _ = try await service.register(login: "you", password: "secret", from: .here)
        _ = try await service.signIn(login: "me", password: "secret", from: .here, showing: nil)
    }

    @Test func aDeviceIsIssuedUnlessTheClientPresentsAKnownOne() async throws {
        let service = service(throttle(hashingPerSourceMax: 64))
        let mine = try #require(try await service.register(login: "me", password: "p", from: .here).newDevice)
        let yours = try #require(try await service.register(login: "you", password: "p", from: .here).newDevice)
        let cases: [(Device?, known: Bool)] = [(nil, false), (mine, true), (yours, false), (.number(9), false)]
        for (device, isKnown) in cases {
            let signedIn = try await service.signIn(login: "me", password: "p", from: .here, showing: device)
            #expect((signedIn.newDevice == nil) == isKnown)
            #expect(hasher.askedFrom.last == (isKnown ? .device(mine) : .here))
            guard let new = signedIn.newDevice else { continue }
            #expect(new != device)
            #expect(try await service.signIn(login: "me", password: "p", from: .here, showing: new).newDevice == nil)
        }
        // A wrong password does not make a device known.
        await #expect(throws: LoyaltyError.wrongCredentials) {
            try await service.signIn(login: "me", password: "guess", from: .here, showing: yours)
        }
        #expect(try await service.signIn(login: "me", password: "p", from: .here, showing: yours).newDevice != nil)
    }

    /// A throttle that has just started learns the known places from the database.
    @Test func knownPlacesSurviveARestart() async throws {
        let before = service(throttle(hashingPerSourceMax: 64))
        let device = try #require(try await before.register(login: "me", password: "p", from: .here).newDevice)
        let service = service(throttle(hashingPerSourceMax: 64))
        func guess(from network: ClientNetwork, until count: Int) async {
            for _ in 0..<count {
                _ = try? await service.signIn(login: "me", password: "guess", from: network, showing: nil)
            }
        }
        await guess(from: .elsewhere, until: 10)
        await #expect(throws: LoyaltyError.tooManyFailures(retryAfterSeconds: 1)) {
            try await service.signIn(login: "me", password: "p", from: .elsewhere, showing: nil)
        }
        // The owner signs in with the device at the guesser's address, and without a device at the known address.
        let signedIn = try await service.signIn(login: "me", password: "p", from: .elsewhere, showing: device)
        #expect(signedIn.newDevice == nil)
        _ = try await service.signIn(login: "me", password: "p", from: .here, showing: nil)
    }

    /// A device and a network that the database forgets while the server runs are unknown with the next sign-in.
    @Test func aPlaceThatTheDatabaseForgetsIsUnknownAtOnce() async throws {
        let service = service(throttle(hashingPerSourceMax: 64))
        let device = try #require(try await service.register(login: "me", password: "p", from: .here).newDevice)
        #expect(try await service.signIn(login: "me", password: "p", from: .here, showing: device).newDevice == nil)
        repository.forgetPlaces()
        let signedIn = try await service.signIn(login: "me", password: "p", from: .elsewhere, showing: device)
        #expect(signedIn.newDevice != nil)
        #expect(hasher.askedFrom.last == .elsewhere)
    }

    /// The thief of a session guesses the password from a new network each time.
    @Test func guessesOfTheCurrentPasswordCountForTheSession() async throws {
        let service = service(throttle(hashingPerSourceMax: 64))
        let stolen = try await service.register(login: "me", password: "p", from: .here).session
        func change(_ current: String, from network: ClientNetwork, _ session: NewSession) async throws {
            try await service.changePassword(
                of: UserID(rawValue: 1), from: current, to: "new", keeping: session.id, from: network, showing: nil)
        }
        for number in 0..<3 {
            await #expect(throws: LoyaltyError.wrongCurrentPassword) {
                try await change("guess", from: .number(number), stolen)
            }
        }
        await #expect(throws: LoyaltyError.tooManyFailures(retryAfterSeconds: 1)) {
            try await change("guess", from: .number(3), stolen)
        }
        // The owner's own session has not been used to guess.
        let own = try await service.signIn(login: "me", password: "p", from: .number(4), showing: nil).session
        try await change("p", from: .number(4), own)
    }

    /// A sign-in with a device makes the network known too, for programs there that keep no cookie.
    @Test func aSignInWithADeviceMakesTheNetworkKnown() async throws {
        let throttle = throttle(hashingPerSourceMax: 64)
        let service = service(throttle)
        let device = try await service.register(login: "me", password: "p", from: .here).newDevice
        _ = try await service.signIn(login: "me", password: "p", from: .elsewhere, showing: device)
        for index in 0..<10 {
            await #expect(throws: LoyaltyError.wrongCredentials) {
                try await service.signIn(login: "user \(index)", password: "p", from: .elsewhere, showing: nil)
            }
        }
        await #expect(throws: LoyaltyError.tooManyFailures(retryAfterSeconds: 1)) {
            try await service.signIn(login: "another", password: "p", from: .elsewhere, showing: nil)
        }
        _ = try await service.signIn(login: "me", password: "p", from: .elsewhere, showing: nil)
    }
}
