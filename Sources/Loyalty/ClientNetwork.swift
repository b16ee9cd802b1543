/// The network from which a client connects, as precisely as throttling distinguishes clients. A client that has one
/// address of a 64-bit IPv6 network has all of them, so they count as one (RFC 4291, section 2.5.4).
package enum ClientNetwork: Hashable, Sendable {
    case ipv4(UInt32)
    case ipv6(prefix: UInt64)
}
