import CSodium

/// libsodium, initialized once in a process.
enum Sodium {
    /// Read by everything that calls the library, so that it is initialized first.
    static let ready: Void = {
        precondition(sodium_init() >= 0, "libsodium could not be initialized")
    }()

    /// Returns the SHA-256 of `bytes` (FIPS 180-4).
    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
        return digest
    }

    /// Overwrites a secret with zeros, in a way that the compiler does not optimize away.
    static func erase(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
    }
}
