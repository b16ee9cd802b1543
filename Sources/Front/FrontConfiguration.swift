import HTTP
import Posix

/// The limits and the time limits of a front.
package struct FrontConfiguration: Sendable {
    /// The number of event loops, each of which has a thread.
    package var eventLoops = 1
    package var limits = Limits()
    package var timeouts = Timeouts()
    /// The largest number of connections. To make room for another one, the front closes a connection of the client
    /// that has the most: one without a whole request, a stream, or else one whose client does not read its response.
    /// If there is none, the new connection gets a 503.
    package var connectionsMax = 16_384
    /// The largest number of connections from one IPv4 address or one /64 of IPv6. The requests in progress that a
    /// trusted proxy forwards from there have the same limit.
    package var connectionsPerAddressMax = 2_048

    /// The largest number of bytes in all buffers, for requests until they are answered and for responses that clients
    /// have not read, so that many slow clients can't use up the memory. Above it, the front closes each connection
    /// that holds more than 16 KiB, with a 503 if a body or a part of it had arrived. A proxy's connection persists if
    /// the whole body had arrived. The body of a request that waits for its response is kept.
    package var bufferedBytesMax = 128 * 1024 * 1024
    /// The number of addresses that fill the buffers: one may hold ``bufferedBytesMax`` divided by this.
    static let addressesThatFillBuffers = 2

    /// The log of all requests; `nil` if there is none.
    package var requestLog: (any RequestLog)?

    /// The clock of all time limits and turns, in nanoseconds. It never goes back.
    package var monotonicNanoseconds: @Sendable () -> Int64 = { SystemClock.monotonicNanoseconds() }

    package init() {}
}

/// The time limits of a connection. They are absolute, so that a client can't prolong them by sending a byte now and
/// then. Writing is the exception, because a client that reads a response slowly is to be served.
package struct Timeouts: Sendable {
    /// The time from a head's first byte to its last.
    package var headMilliseconds = 10_000
    /// The time from the end of the head to the body's last byte.
    package var bodyMilliseconds = 30_000
    /// The time between a response and the next request.
    package var idleMilliseconds = 60_000
    /// The time for a request that may be on its way when the server begins to stop: the first one of a new connection,
    /// or the next one of a trusted proxy.
    package var requestWhileStoppingMilliseconds = 1000
    /// The longest time for which a client may read no byte of its response.
    package var writeMilliseconds = 15_000
    /// The time after the connection's last response, in which the front discards the bytes that the client still
    /// sends, so that closing does not reset the connection before the response has arrived (RFC 9112, section 9.6).
    package var lingerMilliseconds = 3_000

    package init() {}
}
