/// A hashed password in one line of text, with algorithm, parameters and salt: Argon2id in the format of its reference
/// implementation, or bcrypt, which comes from other servers and gives way to Argon2id at the next sign-in.
package struct PasswordHash: Hashable, Sendable {
    /// The algorithm and the cost of a hash.
    package enum Kind: Hashable, Sendable {
        case argon2id(memoryKibibytes: Int, passes: Int, lanes: Int)
        /// - Parameter cost: The binary logarithm of the number of rounds.
        case bcrypt(cost: Int)
    }

    package let text: String

    package init(text: String) {
        self.text = text
    }

    /// The text up to the salt: `$2b$10$`.
    package var prefix: String {
        if case .bcrypt = kind { return String(text.prefix(Self.bcryptPrefixCount)) }
        return text.split(separator: "$", omittingEmptySubsequences: false).prefix(4).joined(separator: "$") + "$"
    }

    /// The algorithm and the cost; `nil` if the text is not a hash that can be verified.
    package var kind: Kind? { Self.kind(of: text.utf8) }

    /// A text of this kind that no password matches. It takes as long to verify as others of its kind.
    package static func ofNobody(_ kind: Kind) -> PasswordHash {
        switch kind {
        case .argon2id(let memoryKibibytes, let passes, let lanes):
            return PasswordHash(
                text: "$argon2id$v=19$m=\(memoryKibibytes),t=\(passes),p=\(lanes)$\(argon2SaltAndHashOfZeros)")
        case .bcrypt(let cost):
            let digits = String(repeating: ".", count: bcryptDigitCount)
            return PasswordHash(text: "$2b$\(cost < 10 ? "0" : "")\(cost)$\(digits)")
        }
    }

    /// The hash of a user without a password, who can't sign in until the owner gives a new one. It is as expensive as
    /// those that Martlet makes, so that the time of a sign-in does not tell it from them.
    package static let missing = ofNobody(.argon2id(memoryKibibytes: 19_456, passes: 2, lanes: 1))

    /// The most expensive hash that is verified, in KiB of memory and in passes: about three times the cost of
    /// Martlet's own. A database file made by others must not let a sign-in take up the whole machine.
    private static let memoryKibibytesMax = 65_536
    private static let passesMax = 8
    /// The most lanes of Go's library. Servers often take one for each core. Lanes are filled one after another, in the
    /// memory that the hash asks for, and so cost no more than one.
    private static let lanesMax = 255
    /// The least memory of each lane (RFC 9106, section 3.1).
    private static let memoryKibibytesPerLaneMin = 8
    /// The shortest salt and the shortest hash of Argon2 that libsodium verifies.
    private static let saltBytesMin = 8
    private static let argon2BytesMin = 16
    /// The most expensive bcrypt hash that is verified. It takes a thread about two seconds; the costs that servers in
    /// Go use are 10, the default of their library, to 14.
    private static let bcryptCostMax = 14
    /// The lowest cost that bcrypt has.
    private static let bcryptCostMin = 4
    /// The characters of `$2b$10$`.
    private static let bcryptPrefixCount = 7
    /// The digits of salt and hash in a bcrypt hash.
    fileprivate static let bcryptDigitCount = 53

    /// Sixteen bytes of salt and thirty-two of hash.
    fileprivate static let argon2SaltAndHashOfZeros =
        String(repeating: "A", count: 22) + "$" + String(repeating: "A", count: 43)

    private static let bytesMax = 127

    /// The kinds of hashes that are verified, with these limits, for the owner to read.
    package static let kindsInWords = """
        bcrypt ($2a$, $2b$ or $2y$, with a cost of at most \(bcryptCostMax)) or Argon2id (v=19, with at most \
        \(memoryKibibytesMax / 1024) MiB, \(passesMax) passes and \(lanesMax) lanes, and with at least \
        \(memoryKibibytesPerLaneMin) KiB for each lane, \(saltBytesMin) bytes of salt and \(argon2BytesMin) of hash)
        """

    /// Returns true for a hash that is verified: one of ``Kind`` within these limits.
    package static func isWellFormed(_ text: some Collection<UInt8>) -> Bool { kind(of: text) != nil }

    private static func kind(of text: some Collection<UInt8>) -> Kind? {
        guard text.count <= bytesMax else { return nil }
        return argon2(text) ?? bcrypt(text)
    }

    /// `$2b$10$…`, with `2a`, `2b` or `2y`: all three name the same algorithm in hashes of today
    /// (crypt(5), "bcrypt").
    private static func bcrypt(_ text: some Collection<UInt8>) -> Kind? {
        let parts = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty,
            ["2a", "2b", "2y"].contains(where: { parts[1].elementsEqual($0.utf8) }),
            parts[2].count == 2, parts[2].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let cost = Int(String(decoding: parts[2], as: UTF8.self)),
            (bcryptCostMin...bcryptCostMax).contains(cost), parts[3].count == bcryptDigitCount,
            parts[3].allSatisfy({ $0 == UInt8(ascii: ".") || $0 != UInt8(ascii: "+") && isBase64($0) })
        else { return nil }
        return .bcrypt(cost: cost)
    }

    /// `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH` (RFC 9106; the format is that of the reference implementation's
    /// `encoding.c`).
    private static func argon2(_ text: some Collection<UInt8>) -> Kind? {
        let parts = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1].elementsEqual("argon2id".utf8),
            parts[2].elementsEqual("v=19".utf8)
        else { return nil }
        let parameters = parts[3].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parameters.count == 3, let memory = number(parameters[0], named: "m", max: memoryKibibytesMax),
            let passes = number(parameters[1], named: "t", max: passesMax),
            let lanes = number(parameters[2], named: "p", max: lanesMax),
            memory >= memoryKibibytesPerLaneMin * lanes,
            let saltBytes = byteCount(base64: parts[4]), saltBytes >= saltBytesMin,
            let hashBytes = byteCount(base64: parts[5]), hashBytes >= argon2BytesMin
        else { return nil }
        return .argon2id(memoryKibibytes: memory, passes: passes, lanes: lanes)
    }

    private static func number(_ parameter: some Collection<UInt8>, named name: Character, max: Int) -> Int? {
        let text = String(decoding: parameter, as: UTF8.self)
        guard text.hasPrefix("\(name)="), text.utf8.count <= 12, let value = Int(text.dropFirst(2))
        else { return nil }
        return text == "\(name)=\(value)" && (1...max).contains(value) ? value : nil
    }

    /// The number of bytes of a text in Base64 without padding; `nil` for another text, such as one that was cut.
    private static func byteCount(base64 text: some Collection<UInt8>) -> Int? {
        // The digits after which no bits are left over (RFC 4648, section 3.5).
        let lastDigits: String
        switch text.count % 4 {
        case 1: return nil
        case 2: lastDigits = "AQgw"
        case 3: lastDigits = "AEIMQUYcgkosw048"
        default: lastDigits = ""
        }
        guard text.allSatisfy(isBase64),
            lastDigits.isEmpty || text.suffix(1).allSatisfy({ lastDigits.utf8.contains($0) })
        else { return nil }
        return text.count * 6 / 8
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

extension PasswordHash.Kind {
    /// The kind of the hashes that begin with a text, which ends before the salt: `$2b$10$`.
    package init?(prefix: String) {
        let samples = [
            PasswordHash.argon2SaltAndHashOfZeros, String(repeating: ".", count: PasswordHash.bcryptDigitCount),
        ]
        let kinds = samples.compactMap { PasswordHash(text: prefix + $0).kind }
        guard let kind = kinds.first else { return nil }
        self = kind
    }
}
