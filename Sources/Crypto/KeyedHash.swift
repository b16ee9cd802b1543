import CSodium

/// A hash with a key (SipHash-2-4, 131002.net/siphash): a client that does not know the key can neither guess a value
/// nor find two inputs with the same one.
package enum KeyedHash {
    package static func sipHash(key: UInt64, _ bytes: [UInt8]) -> UInt64 {
        Sodium.ready
        let half = (0..<8).map { UInt8(truncatingIfNeeded: key >> (8 * $0)) }
        var hash = [UInt8](repeating: 0, count: Int(crypto_shorthash_BYTES))
        crypto_shorthash(&hash, bytes, UInt64(bytes.count), half + half)
        return hash.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
