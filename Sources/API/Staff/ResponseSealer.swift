import Loyalty
import SignIn

/// Encrypts the body of a kept response by SHA-256 in counter mode under a nonce, with a digest by which a wrong secret
/// is noticed.
struct ResponseSealer {
    /// Everything that goes into a digest begins with it.
    let secret: String
    let tokens: any SessionTokens

    func sealed(_ body: [UInt8]) -> [UInt8] {
        let nonce = tokens.id(of: tokens.makeToken()).bytes
        return nonce + tag(of: body, nonce) + masked(body, nonce)
    }

    /// The body that was sealed; `nil` if it was sealed with another secret.
    func opened(_ sealed: [UInt8]) -> [UInt8]? {
        let count = SessionID.byteCount
        guard sealed.count >= 2 * count else { return nil }
        let nonce = Array(sealed[..<count])
        let body = masked(Array(sealed[(2 * count)...]), nonce)
        return tag(of: body, nonce) == Array(sealed[count..<(2 * count)]) ? body : nil
    }

    private func tag(of body: [UInt8], _ nonce: [UInt8]) -> [UInt8] {
        digest("tag \(nonce) \(String(decoding: body, as: UTF8.self))")
    }

    private func masked(_ body: [UInt8], _ nonce: [UInt8]) -> [UInt8] {
        var masked = body
        for start in stride(from: 0, to: body.count, by: SessionID.byteCount) {
            let mask = digest("mask \(nonce) \(start)")
            for (offset, byte) in mask.enumerated() where start + offset < masked.count {
                masked[start + offset] ^= byte
            }
        }
        return masked
    }

    private func digest(_ text: String) -> [UInt8] {
        tokens.id(of: SessionToken(text: "\(secret) \(text)")).bytes
    }
}
