import Loyalty

/// A system that answers about orders. Each worker has its own, and uses it on its own thread.
package protocol AccrualSystem {
    /// Asks about an order and waits for the answer, until a time-out or a cancellation.
    func ask(about order: OrderNumber) throws(TransportError) -> AccrualAnswer
}

/// An accrual system that answers in HTTP. A conforming type carries the bytes; what they mean is decided here.
package protocol AccrualTransport: AccrualSystem {
    /// Sends a request about an order and waits for the response, until a time-out or a cancellation.
    func response(about order: OrderNumber) throws(TransportError) -> TransportResponse
}

extension AccrualTransport {
    package func ask(about order: OrderNumber) throws(TransportError) -> AccrualAnswer {
        AccrualAnswer(try response(about: order), to: order)
    }
}

/// A response of an accrual system, as it came.
package struct TransportResponse: Equatable, Sendable {
    package let status: Int
    /// The value of `Retry-After`, given as seconds or as a date; `nil` if it is missing or can't be read.
    package let retryAfterSeconds: Int?
    package let body: [UInt8]

    package init(status: Int, retryAfterSeconds: Int? = nil, body: [UInt8] = []) {
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.body = body
    }
}

/// There was no response. The reason is for the log, and contains nothing but the failure.
package struct TransportError: Error, Equatable, Sendable {
    package let reason: String

    package init(reason: String) {
        self.reason = reason
    }
}
