import HTTP

/// Takes a line for each request, from the loops' threads, which it does not hold up.
package protocol RequestLog: Sendable {
    /// Whether anybody wants to read them; may change while the server runs.
    var isEnabled: Bool { get }

    func write(_ record: RequestRecord)
}

/// A request and what it was answered: nothing of its fields, its query or its body.
package struct RequestRecord: Sendable {
    /// Whose it is, as far as that is known: the connection's peer, or whom a trusted proxy names.
    package let client: IPAddress
    /// Nil where the request could not be read.
    package let method: Method?
    /// As the client sent it, without the query; nil where the request could not be read.
    package let path: [UInt8]?
    /// The value of the answer's `X-Request-Id`; nil where it has none.
    package let id: String?
    package let status: Status
    /// Of the answer's body; nil where it was made while it was sent.
    package let bytes: Int?
    /// From the turn in which the request was received as a whole to the head of its answer.
    package let nanoseconds: Int64

    package init(
        client: IPAddress, method: Method?, path: [UInt8]?, id: String?, status: Status, bytes: Int?, nanoseconds: Int64
    ) {
        self.client = client
        self.method = method
        self.path = path
        self.id = id
        self.status = status
        self.bytes = bytes
        self.nanoseconds = nanoseconds
    }
}

/// What is remembered of a request until its answer is there.
struct Exchange {
    let method: Method?
    /// In nanoseconds of the monotonic clock.
    let beganAt: Int64
    /// Kept where the log wants it.
    let path: [UInt8]?
}
