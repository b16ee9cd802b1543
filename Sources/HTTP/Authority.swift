/// `uri-host [ ":" port ]`, the value of Host and a part of an absolute-form target (RFC 9110, section 7.2; RFC 3986,
/// section 3.2.2).
enum Authority {
    /// Returns true if `bytes` is a host, or a host and a port.
    static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        let host: ArraySlice<UInt8>
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
            host = bytes[...end]
            guard IPAddress(ipv6: host.dropFirst().dropLast()) != nil else { return false }
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
}
