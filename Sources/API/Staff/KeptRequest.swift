import HTTP
import Loyalty
import SignIn
import Web

/// The `Idempotency-Key` of a request.
enum IdempotencyKey {
    private static let bytesMax = 255
    /// A kept response can be opened by its key. A key of this length has room for 100 random bits in any usual
    /// alphabet, and is longer than the numbers that registers count.
    private static let bytesMinForSecret = 20

    /// The lengths in bytes that a key may have.
    ///
    /// - Parameter protectsSecret: true if the response has a secret, such as a generated password.
    static func lengths(protectsSecret: Bool) -> ClosedRange<Int> {
        (protectsSecret ? bytesMinForSecret : 1)...bytesMax
    }
}

/// A request with an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
struct KeptRequest: Sendable {
    let keyDigest: [UInt8]
    let requestDigest: [UInt8]
    /// The account and the client's key, from which the response is encrypted. The store has only a hash of the key.
    private let secret: String

    /// `nil` if the request has no key, or is not a POST.
    init?(_ call: Call, hasSecret: Bool, digest: (String) -> [UInt8]) throws(LoyaltyError) {
        guard call.request.method == .post, let key = call.request.headers[.idempotencyKey] else { return nil }
        let lengths = IdempotencyKey.lengths(protectsSecret: hasSecret)
        guard lengths.contains(key.count), key.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformed(
                "Idempotency-Key does not have \(lengths.lowerBound) to \(lengths.upperBound) visible characters of ASCII."
            )
        }
        let text = String(decoding: key, as: UTF8.self)
        keyDigest = digest(text)
        requestDigest = digest(
            "\(String(decoding: call.request.target, as: UTF8.self))\n\(String(decoding: call.body, as: UTF8.self))")
        secret = "\(call.staff.account.id.rawValue) \(text)"
    }

    /// The body, encrypted, so that a file and its copies show neither a secret nor the login of a customer who was
    /// deleted since. It is not encrypted for a session, since the person may have signed in again before the request
    /// is repeated.
    func sealed(_ body: [UInt8], _ tokens: any SessionTokens) -> [UInt8] {
        ResponseSealer(secret: secret, tokens: tokens).sealed(body)
    }

    /// The body that was sealed; `nil` if the file does not have it as it was sealed.
    func opened(_ sealed: [UInt8], _ tokens: any SessionTokens) -> [UInt8]? {
        ResponseSealer(secret: secret, tokens: tokens).opened(sealed)
    }
}
