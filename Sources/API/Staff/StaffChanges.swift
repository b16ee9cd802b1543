import Eventual
import HTTP
import Loyalty
import SignIn
import Storage
import Web

/// A response with a body, which can be kept for a repetition of its request.
struct StaffReply: Sendable {
    let status: Status
    let body: [UInt8]

    init(_ status: Status, _ body: [UInt8]) {
        (self.status, self.body) = (status, body)
    }

    /// 200.
    init(_ body: [UInt8]) { self.init(.ok, body) }

    init(_ problem: Problem) {
        guard case .bytes(let bytes) = problem.response.body else {
            preconditionFailure("a problem's body must be bytes")
        }
        self.init(problem.type.status, bytes)
    }

    /// The time after which a kept 429 or 503 may be tried again.
    private static let retryAfterSeconds = 60

    var response: Response {
        guard status.rawValue >= 400 else {
            var response = Response(status, contentType: "application/json", .bytes(body))
            response.add("Cache-Control", "no-store")
            return response
        }
        var response = Response(status, contentType: Problem.mediaType, .bytes(body))
        if status == .tooManyRequests || status == .serviceUnavailable {
            response.add("Retry-After", String(Self.retryAfterSeconds))
        }
        return response
    }
}

/// Makes changes for requests of the staff. A repeated request gets the response of the first one.
struct StaffChanges {
    /// The parts of a request that a change needs, so that its body need not stay in memory.
    struct Request: Sendable {
        let actor: Actor
        let network: ClientNetwork
        fileprivate let kept: KeptRequest?
    }

    let repository: any StaffRepository
    let signIns: StaffSignInService
    let queue: any OrderQueue
    let proxies: TrustedProxies

    /// The request as a change needs it.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/malformed(_:)`` if `Idempotency-Key` is not a key.
    func request(of call: Call) throws(LoyaltyError) -> Request {
        let kept = try KeptRequest(call, digest: { signIns.id(of: SessionToken(text: $0)).bytes })
        return Request(actor: actor(of: call), network: proxies.clientNetwork(of: call.request), kept: kept)
    }

    /// A request that is idempotent by itself, so that no response is kept for it.
    func unrepeated(_ call: Call) -> Request {
        Request(actor: actor(of: call), network: proxies.clientNetwork(of: call.request), kept: nil)
    }

    func actor(of call: Call) -> Actor {
        Actor(call.staff.account, address: address(of: call))
    }

    /// The address of the client, for the record of actions.
    func address(of call: Call) -> String { proxies.client(of: call.request).description }

    /// Makes a change and answers.
    ///
    /// - Parameters:
    ///   - hasSecret: true if the response contains a secret, which is stored encrypted.
    ///   - reply: makes the response to a change that was not refused. The store may call it on its own thread.
    func apply(
        _ change: ShopChange, for request: Request, hasSecret: Bool = false,
        _ reply: @escaping @Sendable (ShopChangeResult) -> StaffReply
    ) async throws(LoyaltyError) -> Response {
        let answer = { @Sendable (result: ShopChangeResult) in
            if case .refused(let refusal) = result { StaffReply(Problem(refusal, of: change)) } else { reply(result) }
        }
        let kept = request.kept
        let tokens = signIns.tokens
        let idempotent = kept.map { kept in
            IdempotentRequest(key: kept.keyDigest, request: kept.requestDigest) { result in
                let reply = answer(result)
                let isSealed = hasSecret && reply.status.rawValue < 400
                return StoredResponse(
                    status: reply.status.rawValue, body: isSealed ? kept.sealed(reply.body, tokens) : reply.body)
            }
        }
        switch try await repository.apply(change, by: request.actor, request: idempotent, at: signIns.now) {
        case .now(let result):
            if case .sold(let sale) = result, let uploaded = sale.uploaded { queue.put(uploaded) }
            return answer(result).response
        case .keyOfAnotherRequest:
            return Problem(.idempotencyKeyReused, "The Idempotency-Key was used for another request.").response
        case .before(let stored):
            let status = Status(rawValue: stored.status) ?? .internalServerError
            guard hasSecret, stored.status < 400 else { return StaffReply(status, stored.body).response }
            guard let body = kept?.opened(stored.body, tokens) else {
                return Problem(
                    .idempotencyKeyReused,
                    "The request was made before by another session, to which alone its response is shown."
                ).response
            }
            return StaffReply(status, body).response
        }
    }
}

/// A request with an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
private struct KeptRequest: Sendable {
    let keyDigest: [UInt8]
    let requestDigest: [UInt8]
    /// The secret from which responses are encrypted: the token of the client, of which the store has a hash alone, and
    /// its key.
    private let secret: String

    private static let keyBytesMax = 255

    /// `nil` if the request has no key, or is not a POST.
    init?(_ call: Call, digest: (String) -> [UInt8]) throws(LoyaltyError) {
        guard call.request.method == .post, let key = call.request.headers[.idempotencyKey] else { return nil }
        guard (1...Self.keyBytesMax).contains(key.count), key.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformed("Idempotency-Key does not have 1 to \(Self.keyBytesMax) visible characters of ASCII.")
        }
        let text = String(decoding: key, as: UTF8.self)
        keyDigest = digest(text)
        requestDigest = digest(
            "\(String(decoding: call.request.target, as: UTF8.self))\n\(String(decoding: call.body, as: UTF8.self))")
        secret = "\(String(decoding: call.caller.token, as: UTF8.self)) \(text)"
    }

    /// The body, encrypted by SHA-256 in counter mode under a nonce, with a digest by which a wrong key is noticed.
    /// Everything that goes into a digest begins with the secret, whose 256 random bits of the token can't be guessed.
    func sealed(_ body: [UInt8], _ tokens: any SessionTokens) -> [UInt8] {
        let nonce = tokens.id(of: tokens.makeToken()).bytes
        return nonce + tag(of: body, nonce, tokens) + masked(body, nonce, tokens)
    }

    /// The body that was sealed; `nil` if it was sealed for another token.
    func opened(_ sealed: [UInt8], _ tokens: any SessionTokens) -> [UInt8]? {
        let count = SessionID.byteCount
        guard sealed.count >= 2 * count else { return nil }
        let nonce = Array(sealed[..<count])
        let body = masked(Array(sealed[(2 * count)...]), nonce, tokens)
        return tag(of: body, nonce, tokens) == Array(sealed[count..<(2 * count)]) ? body : nil
    }

    private func tag(of body: [UInt8], _ nonce: [UInt8], _ tokens: any SessionTokens) -> [UInt8] {
        digest("tag \(nonce) \(String(decoding: body, as: UTF8.self))", tokens)
    }

    private func masked(_ body: [UInt8], _ nonce: [UInt8], _ tokens: any SessionTokens) -> [UInt8] {
        var masked = body
        for start in stride(from: 0, to: body.count, by: SessionID.byteCount) {
            let mask = digest("mask \(nonce) \(start)", tokens)
            for (offset, byte) in mask.enumerated() where start + offset < masked.count {
                masked[start + offset] ^= byte
            }
        }
        return masked
    }

    private func digest(_ text: String, _ tokens: any SessionTokens) -> [UInt8] {
        tokens.id(of: SessionToken(text: "\(secret) \(text)")).bytes
    }
}
