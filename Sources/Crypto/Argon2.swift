import CSodium
import Glibc
import Loyalty

/// Argon2id (RFC 9106) on the calling thread, which is busy for as long as the parameters require.
struct Argon2: Sendable {
    /// libsodium could not get the memory that the parameters ask for.
    struct OutOfMemory: Error {}

    let parameters: Argon2Parameters

    init(parameters: Argon2Parameters) {
        Sodium.ready
        self.parameters = parameters
    }

    /// A hash with a new salt.
    func hash(_ password: Password) throws(OutOfMemory) -> PasswordHash {
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_argon2id_STRBYTES))
        let code = Self.withErasedCopy(of: password) { bytes in
            crypto_pwhash_argon2id_str(
                &text, bytes.baseAddress!, UInt64(bytes.count), UInt64(parameters.passes), parameters.memoryBytes)
        }
        guard code == 0 else { throw OutOfMemory() }
        return PasswordHash(text: Self.string(text))
    }

    /// Returns true if `hash` was made from this password, with any parameters. Returns false for a text that is not a
    /// hash, or for a hash that is more expensive than ``PasswordHash`` allows.
    func verify(_ password: Password, against hash: PasswordHash) throws(OutOfMemory) -> Bool {
        // The C function requires a buffer of this size, and reads it up to the first zero.
        let capacity = Int(crypto_pwhash_argon2id_STRBYTES)
        guard hash.text.utf8.count < capacity, case .argon2id = hash.kind else { return false }
        var text = hash.text.utf8.map { CChar(bitPattern: $0) }
        text += repeatElement(0, count: capacity - text.count)
        let (code, failure) = Self.withErasedCopy(of: password) { bytes in
            errno = 0
            return (crypto_pwhash_argon2id_str_verify(text, bytes.baseAddress!, UInt64(bytes.count)), errno)
        }
        // The function returns -1 both for a wrong password and if memory is short. A right password must not be
        // reported as wrong.
        if code != 0, failure == ENOMEM { throw OutOfMemory() }
        return code == 0
    }

    /// Calls `body` with a copy of the password's bytes, which may include U+0000, and overwrites the copy afterwards.
    private static func withErasedCopy<Result>(
        of password: Password, _ body: (UnsafeBufferPointer<CChar>) -> Result
    ) -> Result {
        var copy = Array(password.text.utf8)
        defer { Sodium.erase(&copy) }
        return copy.withUnsafeBytes { body($0.bindMemory(to: CChar.self)) }
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The cost of one hash.
package struct Argon2Parameters: Sendable {
    package let memoryBytes: Int
    /// The number of passes over the memory ("t" in RFC 9106).
    package let passes: Int

    /// The first choice of OWASP's Password Storage Cheat Sheet for Argon2id: 19 MiB, two passes.
    package static let standard = Argon2Parameters(memoryBytes: 19 * 1024 * 1024, passes: 2)

    package init(memoryBytes: Int, passes: Int) {
        precondition(
            memoryBytes >= 8192 && memoryBytes <= 1 << 30, "memoryBytes must be 8,192 (libsodium's least) to 1 GiB")
        precondition(passes >= 1 && passes <= 100, "passes must be 1 to 100")
        self.memoryBytes = memoryBytes
        self.passes = passes
    }

    /// The kind of the hashes that are made.
    package var kind: PasswordHash.Kind {
        .argon2id(memoryKibibytes: memoryBytes / 1024, passes: passes, lanes: 1)
    }
}
