import Loyalty

/// Carries the question about an order to the accrual system, and its answer back, as bytes that nobody trusts yet.
///
/// Each worker has its own, and uses it on its own thread.
package protocol AccrualTransport {
    /// Asks and waits, for as long as its time-out says or until it is cancelled.
    func ask(about order: OrderNumber) throws(TransportError) -> TransportAnswer
}

package struct TransportAnswer: Equatable, Sendable {
    package let status: Int
    /// What `Retry-After` says, whether as seconds or as a date; nil where there is none that can be read.
    package let retryAfterSeconds: Int?
    package let body: [UInt8]

    package init(status: Int, retryAfterSeconds: Int? = nil, body: [UInt8] = []) {
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.body = body
    }
}

/// No answer; the reason is for the log, and names no more than the failure.
package struct TransportError: Error, Equatable, Sendable {
    package let reason: String

    package init(reason: String) {
        self.reason = reason
    }
}
