/// `uri-host [ ":" port ]`, the value of Host and a part of an absolute-form target (RFC 9110, section 7.2; RFC 3986,
/// section 3.2.2).
enum Authority {
    static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        let host: ArraySlice<UInt8>
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
            host = bytes[...end]
            guard isIPv6Address(host.dropFirst().dropLast()) else { return false }
        } else {
            host = bytes.prefix { $0 != UInt8(ascii: ":") }
            guard !host.isEmpty, host.allSatisfy(Grammar.isHostNameByte), Grammar.hasWholePercentEncodings(host) else {
                return false
            }
        }
        let port = bytes[host.endIndex...]
        return port.isEmpty || (port.first == UInt8(ascii: ":") && isPort(port.dropFirst()))
    }

    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy(\.isDigit) && bytes.count <= 5 && (Int(String(decoding: bytes, as: UTF8.self)) ?? 0) <= 65_535
    }

    /// Eight groups of 16 bits, the last two perhaps written as an IPv4 address; `::` once for one group or more of
    /// zeros.
    private static func isIPv6Address(_ bytes: ArraySlice<UInt8>) -> Bool {
        for index in bytes.indices.dropLast() where bytes[index...].prefix(2).equals("::") {
            guard let before = groupCount(bytes[..<index], mayEndInIPv4: false),
                let after = groupCount(bytes[(index + 2)...], mayEndInIPv4: true)
            else { return false }
            return before + after < 8
        }
        return groupCount(bytes, mayEndInIPv4: true) == 8
    }

    /// Nil where what stands between the colons is no group.
    private static func groupCount(_ bytes: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> Int? {
        if bytes.isEmpty { return 0 }
        var groups = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var count = groups.count
        if mayEndInIPv4, let last = groups.last, isIPv4Address(last) {
            groups.removeLast()
            count += 1
        }
        return groups.allSatisfy { (1...4).contains($0.count) && $0.allSatisfy(\.isHexadecimalDigit) } ? count : nil
    }

    private static func isIPv4Address(_ bytes: ArraySlice<UInt8>) -> Bool {
        let octets = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return octets.count == 4
            && octets.allSatisfy { octet in
                octet.allSatisfy(\.isDigit) && UInt8(String(decoding: octet, as: UTF8.self)) != nil
                    && (octet.count == 1 || octet.first != UInt8(ascii: "0"))
            }
    }
}
