import HTTP

/// A log with a line for each request. The loops' threads call it, so it must not block.
package protocol RequestLog: Sendable {
    /// True if requests are to be logged. It may change while the server runs.
    var isEnabled: Bool { get }

    func write(_ record: RequestRecord)
}

/// A request and its response. It contains no fields, no query and no body, because these may contain secrets.
package struct RequestRecord: Sendable {
    /// The client: the connection's peer, or the address that a trusted proxy names.
    package let client: IPAddress
    /// `nil` if the request could not be read.
    package let method: Method?
    /// The path as the client sent it, without the query; `nil` if the request could not be read.
    package let path: [UInt8]?
    /// The value of the response's `X-Request-Id`; `nil` if it has none.
    package let id: String?
    package let status: Status
    /// The length of the response's body; `nil` if the body was made in parts or is a stream.
    package let bytes: Int?
    /// The time from the turn that received the end of the request to the head of the response.
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

/// The facts about a request that are needed when its response is sent.
struct Exchange {
    /// `nil` if the request could not be read.
    let method: Method?
    /// The beginning of the turn, in nanoseconds of the monotonic clock.
    let beganAt: Int64
    /// `nil` if requests are not logged.
    let path: [UInt8]?
}
