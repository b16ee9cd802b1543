/// A hashed password in libsodium's format: algorithm, parameters, salt and hash in one line of text.
package struct PasswordHash: Hashable, Sendable {
    package let text: String

    package init(text: String) {
        self.text = text
    }

    /// The most expensive hash that is verified, in KiB of memory and in passes: about three times the cost of
    /// Martlet's own. A database file made by others must not let a sign-in take up the whole machine.
    private static let memoryKibibytesMax = 65_536
    private static let passesMax = 8

    private static let bytesMax = 127

    /// Returns true for `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH` with parameters within these limits (RFC 9106; the
    /// format is that of the reference implementation's `encoding.c`).
    package static func isWellFormed(_ text: some Collection<UInt8>) -> Bool {
        guard text.count <= bytesMax else { return false }
        let parts = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1].elementsEqual("argon2id".utf8),
            parts[2].elementsEqual("v=19".utf8)
        else { return false }
        let parameters = parts[3].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parameters.count == 3, isNumber(parameters[0], named: "m", max: memoryKibibytesMax),
            isNumber(parameters[1], named: "t", max: passesMax),
            isNumber(parameters[2], named: "p", max: 1)
        else { return false }
        return parts[4...].allSatisfy { part in !part.isEmpty && part.allSatisfy(isBase64) }
    }

    private static func isNumber(_ parameter: some Collection<UInt8>, named name: Character, max: Int)
        -> Bool
    {
        let text = String(decoding: parameter, as: UTF8.self)
        guard text.hasPrefix("\(name)="), text.utf8.count <= 12, let value = Int(text.dropFirst(2))
        else { return false }
        return text == "\(name)=\(value)" && (1...max).contains(value)
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
