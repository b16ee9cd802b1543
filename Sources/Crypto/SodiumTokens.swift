import CSodium
import Loyalty
import SignIn

/// Session tokens of 256 bits from the system's secure random numbers (getrandom(2)).
package struct SodiumTokens: SessionTokens {
    private static let tokenBytes = 32

    package init() {
        Sodium.ready
    }

    /// Makes a token of 43 letters, digits, `-` and `_`: base64url without padding (RFC 4648, section 5).
    package func makeToken() -> SessionToken {
        SessionToken(text: Self.randomText(byteCount: Self.tokenBytes))
    }

    /// Makes a device of 22 such characters.
    package func makeDevice() -> Device {
        guard let device = Device(Self.randomText(byteCount: Device.byteCount).utf8) else {
            preconditionFailure("16 random bytes must make a device of 22 characters")
        }
        return device
    }

    /// Returns the SHA-256 of the token's text.
    package func id(of token: SessionToken) -> SessionID {
        SessionID(bytes: Sodium.sha256(Array(token.text.utf8)))
    }

    /// Returns the SHA-256 of the device's text.
    package func place(of device: Device) -> SignInPlace {
        SignInPlace(bytes: Sodium.sha256(Array(device.text.utf8)))
    }

    /// The SHA-256 of bytes that servers of one store tell each other.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        Sodium.ready
        return Sodium.sha256(bytes)
    }

    private static func randomText(byteCount: Int) -> String {
        var random = [UInt8](repeating: 0, count: byteCount)
        randombytes_buf(&random, random.count)
        defer { Sodium.erase(&random) }
        return base64URL(random)
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        let variant = CInt(sodium_base64_VARIANT_URLSAFE_NO_PADDING)
        let capacity = sodium_base64_encoded_len(bytes.count, variant)
        return String(unsafeUninitializedCapacity: capacity) { text in
            text.withMemoryRebound(to: CChar.self) { text in
                _ = sodium_bin2base64(text.baseAddress!, capacity, bytes, bytes.count, variant)
            }
            // The capacity includes the zero that ends a C string.
            return capacity - 1
        }
    }
}
