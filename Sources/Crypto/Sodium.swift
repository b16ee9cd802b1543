import CSodium

/// libsodium, made ready once for the process.
enum Sodium {
    /// Touched by everything that calls the library.
    static let ready: Void = {
        precondition(sodium_init() >= 0, "libsodium finds a source of random numbers")
    }()

    /// FIPS 180-4.
    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
        return digest
    }

    /// Overwrites what must not stay in memory, in a way that no compiler leaves out.
    static func erase(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
    }
}
