extension IPAddress {
    /// The address of IPv4 that one of IPv6 contains: of a host that reaches IPv6 through 6to4 (RFC 3056, section 2), Teredo
    /// (RFC 4380, section 4) or a NAT64 (RFC 6052, section 2.1). `nil` for other addresses. The first 64 bits of the latter two
    /// are the same for very many hosts.
    package var embeddedIPv4: UInt32? {
        if high >> 48 == 0x2002 { return UInt32(truncatingIfNeeded: high >> 16) }
        if high >> 32 == 0x2001_0000 { return ~UInt32(truncatingIfNeeded: low) }
        if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 { return UInt32(truncatingIfNeeded: low) }
        return nil
    }
}
