import Loyalty
import Testing

@testable import Crypto

@Suite struct SodiumTokensTests {
    private let tokens = SodiumTokens()

    @Test func tokensAreWellFormedAndDiffer() {
        let texts = (0..<1000).map { _ in tokens.makeToken().text }
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        #expect(Set(texts).count == texts.count)
        #expect(texts.allSatisfy { $0.utf8.count == 43 && allowed.isSuperset(of: $0) })
        // All 64 characters occur: among 43,000 characters, one is missing with a probability of about 10^-292.
        #expect(Set(texts.joined()) == allowed)
    }

    @Test func devicesAreWellFormedAndDiffer() {
        let texts = (0..<1000).map { _ in tokens.makeDevice().text }
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        #expect(Set(texts).count == texts.count)
        #expect(texts.allSatisfy { $0.utf8.count == 22 && allowed.isSuperset(of: $0) })
        #expect("\(tokens.makeDevice())" == "•••")
    }

    /// The examples of FIPS 180-4, and the empty text.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func anIDIsTheSHA256OfTheText(text: String, digest: String) {
        let id = tokens.id(of: SessionToken(text: text))
        #expect(id.bytes.map { hexadecimal($0) }.joined() == digest)
        #expect(id == SodiumTokens().id(of: SessionToken(text: text)))
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
