extension IPAddress {
    /// The IPv4 address that is part of this IPv6 address, if the host reaches IPv6 through 6to4 (RFC 3056, section 2),
    /// Teredo (RFC 4380, section 4) or a NAT64 (RFC 6052, section 2.1); else `nil`. With Teredo and NAT64, very many
    /// hosts share the first 64 bits.
    package var embeddedIPv4: UInt32? {
        if high >> 48 == 0x2002 { return UInt32(truncatingIfNeeded: high >> 16) }
        if high >> 32 == 0x2001_0000 { return ~UInt32(truncatingIfNeeded: low) }
        if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 { return UInt32(truncatingIfNeeded: low) }
        return nil
    }
}
