import TestSupport
import Testing

@testable import HTTP

/// The character classes, for every byte, against the sets of the RFCs.
@Suite struct GrammarTests {
    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    private static let digits = "0123456789"
    private static let unreserved = "\(letters)\(digits)-._~"
    private static let subDelimiters = "!$&'()*+,;="

    private static func bytes(_ isMember: (UInt8) -> Bool) -> Set<UInt8> {
        Set((0...255).filter(isMember))
    }

    @Test func tokens() {
        #expect(Self.bytes(Grammar.isToken) == Set("!#$%&'*+-.^_`|~\(Self.digits)\(Self.letters)".utf8))
    }

    /// The percent sign begins an encoding, which is checked separately.
    @Test func targets() {
        #expect(Self.bytes(Grammar.isTargetByte) == Set("\(Self.unreserved)\(Self.subDelimiters):@/?%".utf8))
    }

    @Test func hostNames() {
        #expect(Self.bytes(Grammar.isHostNameByte) == Set("\(Self.unreserved)\(Self.subDelimiters)%".utf8))
    }

    @Test func fieldValues() {
        #expect(Self.bytes(Grammar.isFieldValueByte) == Set([0x09, 0x20] + Array(0x21...0x7E) + Array(0x80...0xFF)))
    }

    @Test func digitsAndLetters() {
        #expect(Self.bytes(\.isDigit) == Set(Self.digits.utf8))
        #expect(Self.bytes(\.isHexadecimalDigit) == Set("\(Self.digits)abcdefABCDEF".utf8))
        for byte in UInt8.min...UInt8.max {
            let scalar = Unicode.Scalar(byte)
            let lowercased = scalar.isASCII ? Array(String(scalar).lowercased().utf8)[0] : byte
            #expect(byte.asciiLowercased == lowercased)
        }
    }

    @Test(arguments: [
        ("", true), ("a", true), ("%41", true), ("%aF%Fa", true), ("a%00b", true), ("%25%", false), ("%", false),
        ("%4", false), ("a%4", false), ("%4g", false), ("%g4", false), ("%%41", false), ("%4%41", false),
        ("% 4", false),
    ])
    func percentEncodings(_ text: String, isWhole: Bool) {
        let padded = Array("41\(text)41".utf8)
        #expect(Grammar.hasWholePercentEncodings(padded[2..<(padded.count - 2)]) == isWhole)
    }
}

@Suite struct AuthorityTests {
    private static let addresses = [
        "::", "::1", "1::", "1::8", "::8:9", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::3:4:5:6:7:8",
        "ABCD:ef01::2345", "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "::255.255.255.255", "1::0.0.0.0", "::0:0",
        // Texts that are not addresses.
        "", ":", "1", "1:2", ":::", "1:::2", "1::2::3", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2:3:4:5:6:7:8", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", ":1::",
        "::1:", "12345::", "::g", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.4.5", "::256.1.1.1", "::1.2.3.04",
        "::1.2.3.", "::.1.2.3", "1.2.3.4", "1.2.3.4::", "::1.2.3.4:5", "1.2.3.4::1", "::1..2.3", "::+1.2.3.4",
        "::1.2.3.4444", "....",
    ]

    /// The C library is the oracle.
    @Test(arguments: addresses)
    func literalsAreIPv6Addresses(_ address: String) {
        #expect(Authority.isValid(bytes("[\(address)]")[...]) == NaiveHead.isIPv6Address(address))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func randomLiteralsAreIPv6Addresses(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        let parts = ["::", ":", "0", "1", "fFfF", "12345", ".", "1.2.3.4", "255", "256", "00"]
        var counts = [true: 0, false: 0]
        for _ in 0..<1_000 {
            var address = Self.addresses.randomElement(using: &generator)!
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let place = address.indices.randomElement(using: &generator) ?? address.endIndex
                if Bool.random(using: &generator), place < address.endIndex { address.remove(at: place) }
                address.insert(contentsOf: parts.randomElement(using: &generator)!, at: place)
            }
            let isAddress = NaiveHead.isIPv6Address(address)
            counts[isAddress]! += 1
            #expect(Authority.isValid(bytes("[\(address)]")[...]) == isAddress, "\(address)")
        }
        #expect(counts.values.allSatisfy { $0 > 50 })
    }
}
