/// Where a client comes from, as far as throttling tells clients apart: whoever has one address of an IPv6 network of 64 bits
/// has all of them, and so they count as one (RFC 4291, section 2.5.4).
package enum ClientNetwork: Hashable, Sendable {
    case ipv4(UInt32)
    case ipv6(prefix: UInt64)
}
