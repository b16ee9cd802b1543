import Eventual
import HTTP
import JSON
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

    /// The time after which a 429 or 503 may be tried again.
    private static let retryAfterSeconds = 60

    var response: Response {
        guard status.rawValue >= 400 else {
            var response = Response(status, contentType: "application/json", .bytes(body))
            response.add(.noStore)
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
    /// - Parameter hasSecret: true if the response has a secret, which only a key that can't be guessed protects.
    /// - Throws: ``Loyalty/LoyaltyError/malformed(_:)`` if `Idempotency-Key` is not a key, or too short.
    func request(of call: Call, hasSecret: Bool = false) throws(LoyaltyError) -> Request {
        let kept = try KeptRequest(
            call, hasSecret: hasSecret, digest: { signIns.id(of: SessionToken(text: $0)).bytes })
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
    /// - Parameter reply: makes the response to a change that was not refused. The store may call it on its own thread.
    func apply(
        _ change: ShopChange, for request: Request,
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
                return StoredResponse(status: reply.status.rawValue, body: kept.sealed(reply.body, tokens))
            }
        }
        switch try await repository.apply(change, by: request.actor, request: idempotent, at: signIns.now) {
        case .now(let result):
            if case .sold(let sale) = result, let uploaded = sale.uploaded { queue.put(uploaded) }
            return answer(result).response
        case .keyOfAnotherRequest:
            return Problem(.idempotencyKeyReused, "The Idempotency-Key was used for another request.").response
        case .before(let stored):
            guard let status = Status(rawValue: stored.status), let body = kept?.opened(stored.body, tokens) else {
                throw .failed
            }
            return try await response(StaffReply(status, body))
        }
    }

    /// The response that was kept. A deleted customer is not shown again.
    private func response(_ reply: StaffReply) async throws(LoyaltyError) -> Response {
        if let customer = reply.customer, try await repository.customer(customer).get() == nil {
            return Problem.noCustomer.response
        }
        return reply.response
    }
}

extension StaffReply {
    /// The customer whom the body shows: the object itself, or its member `customer`.
    fileprivate var customer: UserID? {
        guard let object = (try? JSONParser.parse(body[...]))?.object else { return nil }
        let id = object["customer"]?.object?["id"] ?? object["id"]
        return id?.number.flatMap { try? $0.scaledWide(places: 0) }.flatMap { Int64(exactly: $0) }.map(
            UserID.init(rawValue:))
    }
}
