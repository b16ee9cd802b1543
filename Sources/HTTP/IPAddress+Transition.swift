extension IPAddress {
    /// The IPv4 address that is part of this IPv6 address, if the host reaches IPv6 through 6to4 (RFC 3056, section 2),
    /// Teredo (RFC 4380, section 4) or a NAT64 (RFC 6052, section 2.1, and RFC 8215); else `nil`. With Teredo and
    /// NAT64, very many hosts share the first 64 bits.
    ///
    /// Within the prefix for local use of RFC 8215, the owner of a NAT64 chooses one of 48, 56, 64 or 96 bits, which
    /// decides the place of the IPv4 address (RFC 6052, section 2.2). Only the form with 96 bits is recognised, by its
    /// zeros: with a shorter prefix, the 32 bits before the last 32 have a part of the address.
    package var embeddedIPv4: UInt32? {
        if high >> 48 == 0x2002 { return UInt32(truncatingIfNeeded: high >> 16) }
        if high >> 32 == 0x2001_0000 { return ~UInt32(truncatingIfNeeded: low) }
        guard low >> 32 == 0 else { return nil }
        if high == 0x0064_FF9B_0000_0000 || high >> 16 == 0x0064_FF9B_0001 && low != 0 {
            return UInt32(truncatingIfNeeded: low)
        }
        return nil
    }
}
