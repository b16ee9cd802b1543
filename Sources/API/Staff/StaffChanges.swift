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
    ///   - hasSecret: true if the response contains a secret, which only the session of the first request may see
    ///     again.
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
                return StoredResponse(
                    status: reply.status.rawValue, body: kept.sealed(reply.body, hasSecret: hasSecret, tokens))
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
            guard let body = kept?.opened(stored.body, hasSecret: hasSecret, tokens) else {
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
    /// The client's key and token, from which responses are encrypted. The store has only hashes of both.
    private let key: String
    private let token: String

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
        self.key = text
        token = String(decoding: call.caller.token, as: UTF8.self)
    }

    /// The body, encrypted, so that a file and its copies show neither a secret nor the login of a customer who was
    /// deleted since.
    ///
    /// - Parameter hasSecret: true if the token is needed to open it, whose 256 random bits can't be guessed; else the
    ///   key is enough, since the person may have signed in again before the request is repeated.
    func sealed(_ body: [UInt8], hasSecret: Bool, _ tokens: any SessionTokens) -> [UInt8] {
        sealer(hasSecret, tokens).sealed(body)
    }

    /// The body that was sealed; `nil` if it was sealed for another token.
    func opened(_ sealed: [UInt8], hasSecret: Bool, _ tokens: any SessionTokens) -> [UInt8]? {
        sealer(hasSecret, tokens).opened(sealed)
    }

    private func sealer(_ hasSecret: Bool, _ tokens: any SessionTokens) -> ResponseSealer {
        ResponseSealer(secret: hasSecret ? "\(token) \(key)" : key, tokens: tokens)
    }
}
