import Glibc
import Loyalty
import Posix
import SignIn
import Synchronization
import TestSupport
import Testing

@testable import Crypto

@Suite struct BcryptTests {
    /// The hashes are those of other implementations: Go's, and libcrypt through Python.
    private static let ofAllmine = "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"
    private static let ofSecret = "04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"
    private static let ofNonASCII = "$2a$04$abcdefghijklmnopqrstuuJiHThI8yp5Gfwfllhe4KPNDCC6tWMei"
    private static let of72 = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i"
    private static let x72 = String(repeating: "x", count: 72)

    struct Case: Sendable {
        let hash: String
        let password: String
        let matches: Bool

        init(_ hash: String, _ password: String, _ matches: Bool) {
            (self.hash, self.password, self.matches) = (hash, password, matches)
        }
    }

    @Test(arguments: [
        Case(ofAllmine, "allmine", true), Case(ofAllmine, "allmin", false), Case(ofAllmine, "allmine ", false),
        Case("$2a$" + ofSecret, "secret", true), Case("$2b$" + ofSecret, "secret", true),
        Case("$2y$" + ofSecret, "secret", true), Case("$2b$" + ofSecret, "Secret", false),
        Case("$2x$" + ofSecret, "secret", false), Case("$2b$" + ofSecret, "secret\0", false),
        Case("$2b$" + ofSecret, "secret\0more", false), Case("$2b$" + ofSecret, "\0", false),
        Case(ofNonASCII, "п\u{e9}🐦", true), Case(ofNonASCII, "п\u{e8}🐦", false),
        Case(of72, x72, true), Case(of72, x72 + "tail", true), Case(of72, String(x72.dropLast()), false),
        Case(of72, x72 + String(repeating: "y", count: 952), true), Case("", "secret", false),
        Case("$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA", "secret", false),
    ])
    func verifies(_ example: Case) throws {
        let bcrypt = Bcrypt(library: try CryptLibrary.loaded.get())
        let password = try Password(example.password, bytesMin: 1)
        #expect(bcrypt.verify(password, against: PasswordHash(text: example.hash)) == example.matches)
    }

    @Test func eachChangedDigitIsRefused() throws {
        let bcrypt = Bcrypt(library: try CryptLibrary.loaded.get())
        let password = try Password("secret", bytesMin: 1)
        let right = Array("$2b$" + Self.ofSecret)
        // The salt's last digit has bits that do not count.
        for index in right.indices.dropFirst(7) where index != 28 {
            var wrong = right
            wrong[index] = wrong[index] == "a" ? "b" : "a"
            #expect(!bcrypt.verify(password, against: PasswordHash(text: String(wrong))), "\(index)")
        }
    }

    @Test func aMissingLibraryIsNamedWithItsPackage() {
        guard case .failure(let error) = CryptLibrary.load("libcrypt.so.none") else {
            Issue.record("there is no such library")
            return
        }
        #expect(error.description.contains("libcrypt.so.none"))
        #expect(error.description.contains("libcrypt1"))
        // Of another library.
        guard case .failure(let other) = CryptLibrary.load("libz.so.1") else {
            Issue.record("zlib hashes no passwords")
            return
        }
        #expect(other.description.contains("crypt_rn"))
    }

    /// Hashes of Go's argon2 and of the reference implementation: with more lanes than libsodium makes, and with the
    /// least memory for their lanes, and the shortest salt and result that are taken.
    @Test(arguments: [
        "$argon2id$v=19$m=65536,t=1,p=4$c2FsdHNhbHRzYWx0$kFGrBgSSFHIfH7Yte9VYJ3wUHFZFo5FgkwF8a5yjLLg",
        "$argon2id$v=19$m=65536,t=3,p=2$c2FsdHNhbHRzYWx0$FpdB4CVqg+8IEOrgWi6+ETBsK6bSrFZBfnaO72kZ9cc",
        "$argon2id$v=19$m=65536,t=1,p=16$c2FsdHNhbHRzYWx0c2FsdA$PEc6MCQRWpx4nWL80Cl1RLwMxt1TlxWPdjTaAWFZrn8",
        "$argon2id$v=19$m=2040,t=1,p=255$c2FsdHNhbHRzYWx0c2FsdA$MJ8hO7HVxhudJAUCr9Hz0IswSgeuq2gp39tDhg8AR9U",
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$+RsCrdHrAKGEJIDLM0Esow",
    ])
    func argon2OfOthersVerifies(_ text: String) throws {
        let argon2 = Argon2(parameters: .standard)
        #expect(try argon2.verify(try Password("secret", bytesMin: 1), against: PasswordHash(text: text)))
        #expect(try !argon2.verify(try Password("secres", bytesMin: 1), against: PasswordHash(text: text)))
    }
}

@Suite struct PasswordVerifierTests {
    private static let quick = Argon2Parameters(memoryBytes: 8192, passes: 1)

    /// A failure asks the store once for the kinds whose time it takes, and again later if the store could not tell.
    @Test func aFailureAsksForTheKinds() throws {
        let answers = Mutex<[Set<PasswordHash.Kind>?]>([[.bcrypt(cost: 4)], nil])
        let time = Mutex<Int64>(0)
        let clock = { @Sendable () -> Int64 in time.withLock { $0 } }
        let verifier = PasswordVerifier(Argon2(parameters: Self.quick), log: .none, clock: clock) { _ in
            answers.withLock { $0.popLast() ?? [] }
        }
        let password = try Password("secret", bytesMin: 1)
        let own = try Argon2(parameters: Self.quick).hash(password)
        #expect(try verifier.verify(password, against: own))
        #expect(answers.withLock { $0.count } == 2)
        #expect(try !verifier.verify(password, against: nil))
        #expect(answers.withLock { $0.count } == 1)
        time.withLock { $0 += PasswordVerifier.askAgainMilliseconds - 1 }
        #expect(try !verifier.verify(password, against: nil))
        #expect(answers.withLock { $0.count } == 1)
        time.withLock { $0 += 1 }
        for _ in 0..<3 { #expect(try !verifier.verify(try Password("other", bytesMin: 1), against: own)) }
        #expect(answers.withLock { $0.isEmpty })
    }

    /// The tests that wait for a turn share their threads with all others of the process.
    private static let secondsMax = 900.0

    /// A store that hangs until it is told to stop.
    private static func hang(_ cancellation: Cancellation) {
        _ = try? eventually(within: secondsMax) { cancellation.isCancelled }
    }

    @Test func oneThreadAsksAndTheOthersGoOn() throws {
        let asked = Mutex(0)
        let verifier = PasswordVerifier(Argon2(parameters: Self.quick), log: .none) { cancellation in
            asked.withLock { $0 += 1 }
            Self.hang(cancellation)
            return nil
        }
        let password = try Password("secret", bytesMin: 1)
        let asker = Posix.Thread(name: "asker") { _ = try? verifier.verify(password, against: nil) }
        defer {
            verifier.stopAsking()
            asker.join()
        }
        try eventually { asked.withLock { $0 } == 1 }
        for _ in 0..<3 { #expect(try !verifier.verify(password, against: nil)) }
        #expect(asked.withLock { $0 } == 1)
    }

    @Test func theStopOfAHasherEndsItsQuestion() async throws {
        let (isAsked, isCancelled) = (Flag(), Flag())
        let hasher = Argon2Hasher(parameters: Self.quick) { cancellation in
            isAsked.set()
            Self.hang(cancellation)
            if cancellation.isCancelled { isCancelled.set() }
            return nil
        }
        let password = try Password("secret", bytesMin: 1)
        let network = ClientNetwork.ipv4(1 << 8)
        let turn = HashingTurn(source: .network(network), network: network, isKnown: false)
        let verifying = Task { try await hasher.verify(password, against: nil, in: turn) }
        try await eventually(within: Self.secondsMax) { isAsked.isSet }
        hasher.stop()
        #expect(isCancelled.isSet)
        let matches = try await verifying.value
        #expect(!matches)
    }

    /// The thread's time of the quickest of some runs: other tests run beside these.
    private static func leastMilliseconds(_ body: () throws -> Void) rethrows -> Int {
        func now() -> Int {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
        }
        var least = Int.max
        for _ in 0..<4 {
            let begun = now()
            try body()
            least = min(least, now() - begun)
        }
        return least
    }

    /// A store that can't tell its kinds must not leave a failure quicker for an unknown login than for one that has
    /// signed in.
    @Test func aFailureTakesTheTimeOfEachKindThatWasMetIfTheStoreCannotTell() throws {
        let met = PasswordHash(text: "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga")
        let password = try Password("allmine", bytesMin: 1)
        let verifier = PasswordVerifier(Argon2(parameters: Self.quick), log: .none) { _ in nil }
        let bcrypt = Bcrypt(library: try CryptLibrary.loaded.get())
        let alone = Self.leastMilliseconds { _ = bcrypt.verify(password, against: met) }
        #expect(alone > 0)
        #expect(try verifier.verify(password, against: met))
        var matched = false
        let least = try Self.leastMilliseconds { matched = try verifier.verify(password, against: nil) || matched }
        #expect(!matched)
        #expect(least >= alone / 2)
    }

    /// With a bcrypt hash in the store, a failure takes as long for an unknown login, and for one with another hash.
    @Test func aFailureTakesTheTimeOfEachKind() throws {
        let cost = 9
        let verifier = PasswordVerifier(Argon2(parameters: Self.quick), log: .none) { _ in [.bcrypt(cost: cost)] }
        let password = try Password("secret", bytesMin: 1)
        let own = try Argon2(parameters: Self.quick).hash(try Password("other", bytesMin: 1))
        let nobody = PasswordHash.ofNobody(.bcrypt(cost: cost))
        let bcrypt = Bcrypt(library: try CryptLibrary.loaded.get())
        let alone = Self.leastMilliseconds { _ = bcrypt.verify(password, against: nobody) }
        #expect(alone > 0)
        for hash in [nil, own, nobody, PasswordHash(text: "damaged")] {
            var matched = false
            let least = try Self.leastMilliseconds { matched = try verifier.verify(password, against: hash) || matched }
            #expect(!matched)
            #expect(least >= alone / 2, "\(hash?.text ?? "none")")
        }
    }

    @Test func hashesOfOtherKindsAreOutdated() throws {
        let hasher = Argon2Hasher(idleWith: Self.quick, waitingMax: 1)
        let long = try Password(String(repeating: "x", count: 73), bytesMin: 1)
        let short = try Password(String(repeating: "x", count: 72), bytesMin: 1)
        let bcrypt = PasswordHash.ofNobody(.bcrypt(cost: 4))
        #expect(hasher.isOutdated(bcrypt, of: short))
        #expect(!hasher.isOutdated(bcrypt, of: long))
        #expect(hasher.isOutdated(.ofNobody(Argon2Parameters.standard.kind), of: long))
        #expect(!hasher.isOutdated(.ofNobody(Self.quick.kind), of: long))
    }
}
