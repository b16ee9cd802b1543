import CSodium
import Loyalty
import TestSupport
import Testing

@testable import Crypto
@testable import SignIn

/// The smallest parameters that libsodium allows, so that the tests are quick.
private let quick = Argon2Parameters(memoryBytes: 8192, passes: 1)

private func limits(threads: Int, waiting: Int) -> HashingLimits {
    var limits = HashingLimits()
    (limits.threadCount, limits.waitingMax) = (threads, waiting)
    return limits
}

/// A password of any length and content. Traps if the text is not a valid password.
private func password(_ text: String) -> Password {
    do { return try Password(text, bytesMin: 1) } catch { preconditionFailure("a test's password is valid") }
}

extension Argon2Hasher {
    /// Hashes with some source.
    fileprivate func hash(_ password: Password) async throws(LoyaltyError) -> PasswordHash {
        try await hash(password, in: .number(0))
    }

    fileprivate func verify(_ password: Password, against hash: PasswordHash?) async throws(LoyaltyError) -> Bool {
        try await verify(password, against: hash, in: .number(0))
    }
}

extension HashingTurn {
    fileprivate static func number(_ number: UInt32) -> HashingTurn {
        HashingTurn(source: .network(.ipv4(number << 8)), network: .ipv4(number << 8), isKnown: false)
    }
}

@Suite struct Argon2HasherTests {
    struct Pair: Sendable {
        let stored: String
        let shown: String
        let matches: Bool

        init(_ stored: String, _ shown: String, _ matches: Bool) {
            (self.stored, self.shown, self.matches) = (stored, shown, matches)
        }
    }

    @Test(arguments: [
        Pair("secret", "secret", true),
        Pair("secret", "Secret", false),
        Pair("secret", "secret ", false),
        Pair("a\0b", "a\0b", true),
        Pair("a\0b", "a\0c", false),
        Pair("a\0b", "a", false),
        Pair("a", "a\0", false),
        Pair("\0", "\0", true),
        Pair("\0", "\0\0", false),
        Pair("п\u{E9}🐦", "п\u{E9}🐦", true),
        // The two are canonically equivalent, and have different bytes.
        Pair("\u{E9}", "e\u{301}", false),
        Pair(String(repeating: "x", count: 1024), String(repeating: "x", count: 1024), true),
        Pair(String(repeating: "x", count: 1023) + "y", String(repeating: "x", count: 1024), false),
    ])
    func verifies(_ pair: Pair) async throws {
        let hasher = Argon2Hasher(parameters: quick)
        let hash = try await hasher.hash(password(pair.stored))
        #expect(try await hasher.verify(password(pair.shown), against: hash) == pair.matches)
        hasher.stop()
    }

    @Test func theSamePasswordHasDifferentHashes() async throws {
        let hasher = Argon2Hasher(parameters: quick)
        let hashes = try await [hasher.hash(password("secret")), hasher.hash(password("secret"))]
        #expect(hashes[0] != hashes[1])
        #expect(hashes.allSatisfy { !$0.text.contains("secret") })
        hasher.stop()
    }

    @Test func standardParametersAreInTheHash() async throws {
        let hasher = Argon2Hasher()
        let hash = try await hasher.hash(password("secret"))
        #expect(hash.text.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try await hasher.verify(password("secret"), against: hash))
        hasher.stop()
    }

    /// Stored hashes remain valid when libsodium or our parameters change.
    @Test func aHashWithOtherParametersVerifies() async throws {
        let hasher = Argon2Hasher(parameters: quick)
        let stored = PasswordHash(
            text: "$argon2id$v=19$m=64,t=2,p=1$P4st1+rWheuye5S4W88/6Q$HA8sQOf4/IW/c/aFjJoJOT6PX1AwOPiB+MLp9ZxgW7c")
        #expect(try await hasher.verify(password("secret"), against: stored))
        #expect(try await !hasher.verify(password("secres"), against: stored))
        hasher.stop()
    }

    @Test func anInvalidHashMatchesNoPassword() async throws {
        let texts = [
            "", "$", "secret", "$argon2id$v=19$m=8,t=1,p=1$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA",
            "$argon2id$v=19$m=4294967295,t=1,p=1", String(repeating: "$argon2id$", count: 100), "\0",
        ]
        let hasher = Argon2Hasher(parameters: quick)
        for text in texts {
            #expect(try await !hasher.verify(password("secret"), against: PasswordHash(text: text)))
        }
        hasher.stop()
    }

    @Test func anUnknownLoginMatchesNoPassword() async throws {
        let hasher = Argon2Hasher(parameters: quick)
        for text in ["secret", "any text", "\0"] {
            #expect(try await !hasher.verify(password(text), against: nil))
        }
        hasher.stop()
    }

    /// The hash that replaces a missing one costs as much as a real one: its parameters are the same.
    @Test func anUnknownLoginCostsTheSame() async throws {
        let hasher = Argon2Hasher(parameters: quick)
        let real = try await hasher.hash(password("secret"))
        func parameters(_ hash: PasswordHash) -> [Substring] {
            Array(hash.text.split(separator: "$").prefix(3))
        }
        let nobody = PasswordHash.ofNobody(quick.kind)
        #expect(real.kind == quick.kind)
        #expect(parameters(nobody) == parameters(real))
        #expect(parameters(real).count == 3)
        #expect(nobody.text.utf8.count == real.text.utf8.count)
        // libsodium accepts it as a hash with these parameters; a hash that it can't read would be refused at once.
        #expect(
            crypto_pwhash_argon2id_str_needs_rehash(nobody.text, UInt64(quick.passes), quick.memoryBytes) == 0)
        hasher.stop()
    }
}

@Suite struct Argon2HasherQueueTests {
    @Test func aFullQueueRefusesNewPasswordsAndServesTheOthers() async throws {
        let hasher = Argon2Hasher(idleWith: quick, waitingMax: 3)
        let stored = try Argon2(parameters: quick).hash(password("any text"))
        let verifying = Task { try await hasher.verify(password("any text"), against: stored) }
        let hashing = (0..<2).map { _ in Task { try await hasher.hash(password("secret")) } }
        try await eventually { hasher.waitingCount == 3 }

        await #expect(throws: LoyaltyError.overloaded(retryAfterSeconds: 2)) {
            try await hasher.hash(password("one too many"))
        }
        await #expect(throws: LoyaltyError.overloaded(retryAfterSeconds: 2)) {
            try await hasher.verify(password("one too many"), against: nil)
        }
        hasher.start(threadCount: 2)
        #expect(try await verifying.value)
        for task in hashing { #expect(try await task.value.text.hasPrefix("$argon2id$")) }
        hasher.stop()
    }

    /// A network that fills the queue gives way to others.
    @Test func aNetworkThatFillsTheQueueGivesWay() async throws {
        let hasher = Argon2Hasher(idleWith: quick, waitingMax: 8)
        let flood = (0..<8).map { _ in Task { try await hasher.hash(password("secret"), in: .number(1)) } }
        try await eventually { hasher.waitingCount == 8 }
        let other = Task { try await hasher.hash(password("secret"), in: .number(2)) }
        let overloaded = LoyaltyError.overloaded(retryAfterSeconds: 2)
        // One request of the flood is refused before anything is hashed.
        let refused = await withTaskGroup(of: LoyaltyError?.self) { group in
            for task in flood { group.addTask { await task.result.failure as? LoyaltyError } }
            let first = await group.next()
            hasher.start(threadCount: 1)
            var errors = [first ?? nil]
            for await error in group { errors.append(error) }
            return errors
        }
        #expect(refused == [overloaded] + Array(repeating: nil, count: 7))
        #expect(try await other.value.text.hasPrefix("$argon2id$"))
        hasher.stop()
    }

    @Test func aStopRefusesWaitingAndLaterPasswords() async throws {
        let hasher = Argon2Hasher(idleWith: quick, waitingMax: 10)
        let hashing = (0..<5).map { _ in Task { try await hasher.hash(password("secret")) } }
        let verifying = (0..<5).map { _ in Task { try await hasher.verify(password("secret"), against: nil) } }
        try await eventually { hasher.waitingCount == 10 }
        hasher.stop()

        let unavailable = LoyaltyError.unavailable(retryAfterSeconds: 1)
        for task in hashing { await #expect(throws: unavailable) { try await task.value } }
        for task in verifying { await #expect(throws: unavailable) { try await task.value } }
        await #expect(throws: unavailable) { try await hasher.hash(password("secret")) }
        hasher.stop()
    }

    /// Whenever the stop comes, each request is answered exactly once: with a hash, or with a refusal.
    @Test func aStopDuringWorkAnswersEachRequestOnce() async {
        for _ in 0..<50 {
            let hasher = Argon2Hasher(parameters: quick, limits: limits(threads: 2, waiting: 100))
            let tasks = (0..<20).map { _ in Task { try await hasher.hash(password("secret")) } }
            await Task.yield()
            hasher.stop()
            for task in tasks {
                switch await task.result {
                case .success(let hash): #expect(hash.text.hasPrefix("$argon2id$"))
                case .failure(let error): #expect(error as? LoyaltyError == .unavailable(retryAfterSeconds: 1))
                }
            }
        }
    }

    @Test func manyRequestsAtOnceGetTheirOwnAnswers() async throws {
        let hasher = Argon2Hasher(parameters: quick, limits: limits(threads: 4, waiting: 256))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let hash = try await hasher.hash(password("password \(number)"))
                    let right = try await hasher.verify(password("password \(number)"), against: hash)
                    let wrong = try await hasher.verify(password("password \(number + 1)"), against: hash)
                    return right && !wrong
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        hasher.stop()
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
