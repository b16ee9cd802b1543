import Loyalty
import Testing

@Suite struct PasswordHashTests {
    private static let digits = String(repeating: "a", count: 53)
    /// Eight bytes, and sixteen.
    private static let salt = "c2FsdHNhbHQ"
    private static let hash = "aGFzaGhhc2hoYXNoaGFzaA"
    private static let standard = "$argon2id$v=19$m=19456,t=2,p=1$"

    @Test(arguments: [
        ("$2a$10$\(digits)", PasswordHash.Kind.bcrypt(cost: 10)),
        ("$2b$04$\(digits)", .bcrypt(cost: 4)),
        ("$2y$14$./\(digits.dropFirst(2))", .bcrypt(cost: 14)),
        ("\(standard)\(salt)$\(hash)", .argon2id(memoryKibibytes: 19_456, passes: 2, lanes: 1)),
        ("\(standard)\(salt)A$A/+A\(hash)", .argon2id(memoryKibibytes: 19_456, passes: 2, lanes: 1)),
        (
            "$argon2id$v=19$m=65536,t=1,p=16$\(salt)$\(hash)",
            .argon2id(memoryKibibytes: 65_536, passes: 1, lanes: 16)
        ),
        ("$argon2id$v=19$m=2040,t=8,p=255$\(salt)$\(hash)", .argon2id(memoryKibibytes: 2040, passes: 8, lanes: 255)),
        ("$argon2id$v=19$m=8,t=1,p=1$\(salt)$\(hash)", .argon2id(memoryKibibytes: 8, passes: 1, lanes: 1)),
    ])
    func aHashHasAKind(_ text: String, _ kind: PasswordHash.Kind) {
        #expect(PasswordHash(text: text).kind == kind)
        #expect(PasswordHash.isWellFormed(Array(text.utf8)))
    }

    @Test(arguments: [
        "", "secret", "$", "$2b$10$", "$2b$10$\(digits)a", "$2b$10$\(digits.dropLast())", "$2x$10$\(digits)",
        "$2$10$\(digits)", "$2b$03$\(digits)", "$2b$15$\(digits)", "$2b$31$\(digits)", "$2b$99$\(digits)",
        "$2b$+9$\(digits)", "$2b$9$\(digits)a", "$2b$010$\(digits)", "$2b$10$+\(digits.dropFirst())",
        "$2b$10$\(digits.dropLast())\u{0}", "x$2b$10$\(digits)", "$2b$10$\(digits)$", "$2a$10$\(digits)\n",
        "$argon2i$v=19$m=19456,t=2,p=1$\(salt)$\(hash)", "$argon2id$v=16$m=19456,t=2,p=1$\(salt)$\(hash)",
        "$argon2id$v=19$m=65537,t=2,p=1$\(salt)$\(hash)", "$argon2id$v=19$m=19456,t=9,p=1$\(salt)$\(hash)",
        "$argon2id$v=19$m=19456,t=2,p=256$\(salt)$\(hash)", "$argon2id$v=19$m=19456,t=2,p=0$\(salt)$\(hash)",
        "$argon2id$v=19$m=2039,t=1,p=255$\(salt)$\(hash)", "$argon2id$v=19$m=7,t=1,p=1$\(salt)$\(hash)",
        "\(standard)\(salt)$", "\(standard)$\(hash)", "\(standard)\(salt)$\(hash.dropLast())",
        // Seven bytes of salt, fifteen of hash, and texts that no bytes have in Base64.
        "\(standard)c2FsdHNhbA$\(hash)", "\(standard)\(salt)$aGFzaGhhc2hoYXNoaGFz", "\(standard)\(salt)$\(hash)AAA",
        "\(standard)\(salt)$\(hash.dropLast())B", "\(standard)\(salt.dropLast())R$\(hash)",
        "\(standard)\(salt)$.\(hash.dropFirst())",
        "5ebe2294ecd0e0f08eab7690d2a6ee69",
        "$5$rounds=5000$usesomesillystri$KqJWpanXZHKq2BOB43TSaYhEWsQ1Lr5QNyPCDH/Tp.6",
    ])
    func anyOtherTextHasNone(_ text: String) {
        #expect(PasswordHash(text: text).kind == nil)
    }

    @Test(arguments: [
        PasswordHash.Kind.bcrypt(cost: 4), .bcrypt(cost: 14), .argon2id(memoryKibibytes: 64, passes: 3, lanes: 2),
        .argon2id(memoryKibibytes: 65_536, passes: 8, lanes: 255),
    ])
    func aHashOfNobodyHasItsKind(_ kind: PasswordHash.Kind) {
        let nobody = PasswordHash.ofNobody(kind)
        #expect(nobody.kind == kind)
        #expect(PasswordHash.Kind(prefix: nobody.prefix) == kind)
        #expect(nobody.text.hasPrefix(nobody.prefix))
    }

    private struct Argon2Form {
        var memoryKibibytes: Int
        var passes: Int
        var lanes: Int
        var saltBytes: Int
        var hashBytes: Int

        var isVerified: Bool {
            let parameters = "m=\(memoryKibibytes),t=\(passes),p=\(lanes)"
            // Base64 has six bits in a digit.
            let parts = [saltBytes, hashBytes].map { String(repeating: "A", count: ($0 * 8 + 5) / 6) }
            return PasswordHash(text: "$argon2id$v=19$\(parameters)$\(parts[0])$\(parts[1])").kind != nil
        }
    }

    @Test func theLimitsThatAnOwnerReadsAreThoseThatHold() throws {
        let numbers = PasswordHash.kindsInWords.matches(of: /\d+/).compactMap { Int($0.output) }
        // The others are those of $2a$, $2b$, $2y$, Argon2id and v=19.
        try #require(numbers.count == 12)
        let cost = numbers[3]
        #expect(PasswordHash.ofNobody(.bcrypt(cost: cost)).kind != nil)
        #expect(PasswordHash.ofNobody(.bcrypt(cost: cost + 1)).kind == nil)
        let atLimits = Argon2Form(
            memoryKibibytes: numbers[6] * 1024, passes: numbers[7], lanes: numbers[8], saltBytes: numbers[10],
            hashBytes: numbers[11])
        #expect(atLimits.isVerified)
        var least = atLimits
        least.memoryKibibytes = numbers[9] * least.lanes
        #expect(least.isVerified)
        let steps: [(Argon2Form, WritableKeyPath<Argon2Form, Int>, Int)] = [
            (atLimits, \.memoryKibibytes, 1), (atLimits, \.passes, 1), (atLimits, \.lanes, 1),
            (atLimits, \.saltBytes, -1), (atLimits, \.hashBytes, -1), (least, \.memoryKibibytes, -1),
        ]
        for (form, limit, step) in steps {
            var beyond = form
            beyond[keyPath: limit] += step
            #expect(!beyond.isVerified, "\(beyond)")
        }
    }
}
