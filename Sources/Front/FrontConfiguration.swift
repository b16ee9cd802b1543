import HTTP

/// How patient the front is, and with how many.
package struct FrontConfiguration: Sendable {
    package var eventLoops = 1
    package var limits = Limits()
    package var timeouts = Timeouts()
    /// Connections in all. For a further one, a connection of the client with most of them is closed that has no request; if
    /// there is none, the further one is answered with 503.
    package var connectionsMax = 16_384
    /// Connections from one address, or from one /64 of IPv6, and requests in progress that a trusted proxy has from there.
    package var connectionsPerAddressMax = 2_048

    /// What all connections together hold of half requests and of answers that nobody takes, so that many slow clients can't
    /// use up the memory; over it, whoever holds more than 16 KiB is left, with a 503 where a body was half there.
    package var bufferedBytesMax = 128 * 1024 * 1024
    /// One address may hold this part of it.
    static let addressesThatFillBuffers = 2

    /// Nil where nobody may ever want a line for each request.
    package var requestLog: (any RequestLog)?

    package init() {}
}

/// Absolute limits, which no drip of bytes prolongs, but for writing: whoever takes an answer slowly is served.
package struct Timeouts: Sendable {
    /// From a head's first byte to its last.
    package var headMilliseconds = 10_000
    /// From the end of the head to the body's last byte.
    package var bodyMilliseconds = 30_000
    /// Between an answer and the next request.
    package var idleMilliseconds = 60_000
    /// Until the first request of a connection that was accepted just before the server stops.
    package var freshWhileStoppingMilliseconds = 1000
    /// Without the client taking a byte of its answer.
    package var writeMilliseconds = 15_000
    /// For reading away what a client still sends after its connection's last answer, so that closing does not reset the
    /// answer on its way (RFC 9112, section 9.6).
    package var lingerMilliseconds = 3_000

    package init() {}
}
