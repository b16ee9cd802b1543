/// An IPv4 or IPv6 address, without a port. An IPv4 address is equal to its IPv4-mapped form, `::ffff:192.0.2.1` (RFC
/// 4291, section 2.5.5.2), which a dual-stack proxy writes.
package struct IPAddress: Hashable, Sendable {
    /// The first 64 of the 128 bits. An IPv4 address has its mapped form.
    let high: UInt64
    /// The last 64 bits.
    let low: UInt64

    /// `::`, which no host has.
    package static let unspecified = IPAddress(high: 0, low: 0)

    init(high: UInt64, low: UInt64) {
        (self.high, self.low) = (high, low)
    }

    package init(ipv4: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(ipv4))
    }

    /// Makes an address of 4 or 16 bytes in network order.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == 4 || bytes.count == 16, "an address must have 4 or 16 bytes")
        let number = { (bytes: ArraySlice<UInt8>) in bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        if bytes.count == 4 {
            self.init(ipv4: UInt32(number(bytes[...])))
        } else {
            self.init(high: number(bytes[..<8]), low: number(bytes[8...]))
        }
    }

    /// The 32 bits of an IPv4 address; `nil` for any other.
    package var ipv4: UInt32? {
        high == 0 && low >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: low) : nil
    }

    /// The part of the address by which clients are told apart: all of an IPv4 address, and the first 64 bits of an
    /// IPv6 address, because each customer of a provider has at least a /64 (RFC 6177). An IPv6 address that contains
    /// an IPv4 address counts as that one (``embeddedIPv4``).
    package var network: IPAddress {
        (ipv4 ?? embeddedIPv4).map { IPAddress(ipv4: $0) } ?? IPAddress(high: high, low: 0)
    }

    /// The first 64 bits of an IPv6 address, which belong to one site (RFC 4291, section 2.5.4).
    package var prefix64: UInt64 { high }
}

extension IPAddress {
    /// Parses `192.0.2.1` or a form of RFC 4291, section 2.2. Returns `nil` for any other text. A text with a zone is
    /// refused, because a zone has a meaning on one machine only.
    package init?(_ text: some Sequence<UInt8>) {
        let text = ArraySlice(text)
        if let ipv4 = Self.ipv4(text) { self.init(ipv4: ipv4) } else { self.init(ipv6: text) }
    }

    /// Parses a form of RFC 4291, section 2.2. Returns `nil` for any other text.
    init?(ipv6 text: ArraySlice<UInt8>) {
        guard let groups = Self.groups(text) else { return nil }
        let number = { (groups: ArraySlice<UInt16>) in groups.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
        self.init(high: number(groups[..<4]), low: number(groups[4...]))
    }

    /// Parses four decimal numbers. Leading zeros are refused, because some programs read such a number as octal (RFC
    /// 6943, section 3.1.1).
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

    /// The eight groups of an IPv6 address, including the zeros that `::` abbreviates.
    private static func groups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
        let colons: [UInt8] = [UInt8(ascii: ":"), UInt8(ascii: ":")]
        guard let gap = text.firstRange(of: colons) else {
            return groups(text, mayEndInIPv4: true).flatMap { $0.count == 8 ? $0 : nil }
        }
        guard let before = groups(text[..<gap.lowerBound], mayEndInIPv4: false),
            let after = groups(text[gap.upperBound...], mayEndInIPv4: true), before.count + after.count < 8
        else { return nil }
        return before + [UInt16](repeating: 0, count: 8 - before.count - after.count) + after
    }

    /// Groups of one to four hexadecimal digits, separated by colons. An empty text has no groups.
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
    /// The form of RFC 5952: small letters, and `::` for the longest run of zeros.
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

/// The addresses that share their first bits, such as `192.0.2.0/24`; or a single address (RFC 4632, section 3.1).
package struct IPNetwork: Hashable, Sendable {
    private let address: IPAddress
    /// The number of bits that are shared, of 128.
    private let prefixBits: Int

    /// Parses an address, or an address, a slash and a number of bits. Returns `nil` for any other text.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        // The notation decides: an IPv4 address that is written as `::ffff:192.0.2.1` has 128 bits.
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
        // A shift by 64 or more leaves zero, which is equal to zero.
        (address.high ^ other.high) >> (64 - min(prefixBits, 64)) == 0
            && (address.low ^ other.low) >> (128 - max(prefixBits, 64)) == 0
    }
}
