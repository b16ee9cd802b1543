import CSodium
import Loyalty

/// bcrypt on the calling thread, which is busy for as long as the cost of the hash requires.
struct Bcrypt: Sendable {
    let library: CryptLibrary

    /// The number of bytes of a password that count. Servers hash only these bytes of a longer password, or refuse it
    /// when it is set.
    static let passwordBytesMax = 72

    /// The size of `struct crypt_data`, which never changes (crypt.h).
    private static let memoryBytes = 32_768

    /// The numbers of characters before the salt (`$2b$10$`) and after it (the hash).
    private static let (prefixCount, hashCount) = (7, 31)

    /// Returns true if `hash` was made from this password. Returns false for a text that is not a bcrypt hash, or for
    /// one that is more expensive than ``PasswordHash`` allows.
    ///
    /// The library reads a password only up to U+0000, so one with this character would match the hash of its
    /// beginning. Such a password is never right.
    func verify(_ password: Password, against hash: PasswordHash) -> Bool {
        guard case .bcrypt = hash.kind else { return false }
        // `2a` and `2y` name the same algorithm. libcrypt's own `2a` differs for some passwords beyond ASCII, since it
        // also guards against hashes of a faulty implementation (crypt(5)).
        let setting = "$2b$" + hash.text.dropFirst(4)
        var phrase = password.text.utf8.prefix(Self.passwordBytesMax).map { CChar(bitPattern: $0) } + [0]
        var memory = [UInt8](repeating: 0, count: Self.memoryBytes)
        defer {
            phrase.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
            Sodium.erase(&memory)
        }
        let found = memory.withUnsafeMutableBytes { memory -> [UInt8]? in
            library.hash(phrase, setting, memory.baseAddress!, CInt(memory.count)).map {
                Array(String(cString: $0).utf8)
            }
        }
        guard let found, found.starts(with: setting.utf8.prefix(Self.prefixCount)) else { return false }
        // The last digit of a salt has bits that do not count, so only the hashes are compared.
        let expected = Array(setting.utf8.suffix(Self.hashCount))
        let isSame = sodium_memcmp(Array(found.suffix(Self.hashCount)), expected, Self.hashCount) == 0
        return isSame && !password.text.utf8.contains(0)
    }
}
