import Loyalty

/// Sends the request about an order to the accrual system, and returns the response as bytes that have not been
/// checked.
///
/// Each worker has its own transport and uses it on its own thread.
package protocol AccrualTransport {
    /// Sends the request and waits for the response, until the time-out or a cancellation.
    func ask(about order: OrderNumber) throws(TransportError) -> TransportAnswer
}

package struct TransportAnswer: Equatable, Sendable {
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
