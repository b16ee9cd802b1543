/// An address of IPv4 or IPv6, without a port. One of IPv4 is the same as its IPv4-mapped form, `::ffff:192.0.2.1` (RFC 4291,
/// section 2.5.5.2), which a dual-stack proxy writes.
package struct IPAddress: Hashable, Sendable {
    /// The 128 bits of IPv6, an address of IPv4 in its mapped form.
    let high: UInt64
    let low: UInt64

    /// `::`, which is nobody's.
    package static let unspecified = IPAddress(high: 0, low: 0)

    init(high: UInt64, low: UInt64) {
        (self.high, self.low) = (high, low)
    }

    package init(ipv4: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(ipv4))
    }

    /// 4 or 16 bytes in network order.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == 4 || bytes.count == 16, "IPv4 or IPv6")
        let number = { (bytes: ArraySlice<UInt8>) in bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        if bytes.count == 4 {
            self.init(ipv4: UInt32(number(bytes[...])))
        } else {
            self.init(high: number(bytes[..<8]), low: number(bytes[8...]))
        }
    }

    /// Nil for an address of IPv6 alone.
    package var ipv4: UInt32? {
        high == 0 && low >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: low) : nil
    }

    /// What tells one client from another: the address itself, or the first 64 bits of IPv6, as each customer of a provider has
    /// so many addresses (RFC 6177).
    package var network: IPAddress { ipv4 == nil ? IPAddress(high: high, low: 0) : self }

    /// The first 64 bits of IPv6, which one site has to itself (RFC 4291, section 2.5.4).
    package var prefix64: UInt64 { high }
}

extension IPAddress {
    /// `192.0.2.1` or a form of RFC 4291, section 2.2; zones are not taken, as they mean something on one machine alone.
    package init?(_ text: some Sequence<UInt8>) {
        let text = Array(text)
        if let ipv4 = Self.ipv4(text[...]) {
            self.init(ipv4: ipv4)
        } else if let groups = Self.groups(text) {
            let number = { (groups: ArraySlice<UInt16>) in groups.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
            self.init(high: number(groups[..<4]), low: number(groups[4...]))
        } else {
            return nil
        }
    }

    /// Four decimal numbers, without the leading zeros that some take for octal (RFC 6943, section 3.1.1).
    private static func ipv4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard !part.isEmpty, part.count == 1 || part.first != UInt8(ascii: "0"), part.allSatisfy(\.isDigit),
                let byte = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            address = address << 8 | UInt32(byte)
        }
        return address
    }

    /// The eight groups of IPv6, those that `::` stands for filled in.
    private static func groups(_ text: [UInt8]) -> [UInt16]? {
        let colons: [UInt8] = [UInt8(ascii: ":"), UInt8(ascii: ":")]
        guard let gap = text.firstRange(of: colons) else {
            return groups(text[...], mayEndInIPv4: true).flatMap { $0.count == 8 ? $0 : nil }
        }
        guard let before = groups(text[..<gap.lowerBound], mayEndInIPv4: false),
            let after = groups(text[gap.upperBound...], mayEndInIPv4: true), before.count + after.count < 8
        else { return nil }
        return before + [UInt16](repeating: 0, count: 8 - before.count - after.count) + after
    }

    /// Groups of one to four hexadecimal digits, colons between them; none of an empty text.
    private static func groups(_ text: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, let ipv4 = ipv4(part) {
                groups += [UInt16(ipv4 >> 16), UInt16(truncatingIfNeeded: ipv4)]
            } else if (1...4).contains(part.count), part.allSatisfy(\.isHexadecimalDigit),
                let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
            {
                groups.append(group)
            } else {
                return nil
            }
        }
        return groups
    }
}

extension IPAddress: CustomStringConvertible {
    /// As RFC 5952 has it, in small letters and with the longest run of zeros left out.
    package var description: String {
        if let ipv4 { return [24, 16, 8, 0].map { String(ipv4 >> $0 & 0xFF) }.joined(separator: ".") }
        let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) } }
        var gap = 0..<0
        for start in groups.indices {
            let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
            if end - start > max(1, gap.count) { gap = start..<end }
        }
        let text = { (groups: ArraySlice<UInt16>) in groups.map { String($0, radix: 16) }.joined(separator: ":") }
        return gap.isEmpty
            ? text(groups[...]) : text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
    }
}

/// Addresses that share their first bits: `192.0.2.0/24`, or one address alone (RFC 4632, section 3.1).
package struct IPNetwork: Hashable, Sendable {
    private let address: IPAddress
    /// Of 128.
    private let prefixBits: Int

    /// Nil for what is neither an address nor one with a slash and a number of bits.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        // As it is written: an IPv4 address within IPv6 has the bits of the latter.
        let bitsMax = parts[0].contains(UInt8(ascii: ":")) ? 128 : 32
        var bits = bitsMax
        if parts.count == 2 {
            let digits = parts[1]
            guard !digits.isEmpty, digits.allSatisfy(\.isDigit), let number = Int(Substring(digits)), number <= bitsMax
            else { return nil }
            bits = number
        }
        self.address = address
        prefixBits = 128 - bitsMax + bits
    }

    package func contains(_ other: IPAddress) -> Bool {
        // A shift by 64 or more leaves nothing, and so compares nothing.
        (address.high ^ other.high) >> (64 - min(prefixBits, 64)) == 0
            && (address.low ^ other.low) >> (128 - max(prefixBits, 64)) == 0
    }
}
