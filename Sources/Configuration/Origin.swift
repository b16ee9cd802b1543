/// `scheme://host[:port]`, as browsers send it (RFC 6454, section 6.1), of any scheme: apps and extensions have schemes
/// of their own, such as `capacitor://localhost`, `app://-` and `chrome-extension://ID`.
package enum Origin {
    package static func isValid(_ text: String) -> Bool {
        guard let separator = text.firstRange(of: "://") else { return false }
        let scheme = text[..<separator.lowerBound].lowercased()
        let rest = text[separator.upperBound...]
        guard isScheme(scheme), !rest.contains("/") else { return false }
        // The web's schemes have hosts as addresses have them.
        if scheme == "http" || scheme == "https" { return AccrualAddress(text) != nil }
        // Old web views send an origin without a host for pages of the app's own files.
        return rest.isEmpty ? scheme == "file" : rest.utf8.allSatisfy(isHostByte)
    }

    /// A letter, then letters, digits, `+`, `-` and `.` (RFC 3986, section 3.1).
    private static func isScheme(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
    }

    /// Returns true for a byte of hosts and ports. Reserved characters are not allowed, because such an origin is only
    /// compared as a name.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || "-._~%:[]".utf8.contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
