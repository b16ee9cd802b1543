/// A `token` (RFC 9110, section 5.6.2), of which the names of fields and cookies are made.
package enum HTTPToken {
    package static func isValid(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(Grammar.isToken)
    }
}

/// The character classes of the grammar.
enum Grammar {
    /// tchar (RFC 9110, section 5.6.2).
    static func isToken(_ byte: UInt8) -> Bool {
        classes[Int(byte)] & token != 0
    }

    /// What the path and query of a URI are made of (RFC 3986, sections 3.3 and 3.4).
    static func isTargetByte(_ byte: UInt8) -> Bool {
        classes[Int(byte)] & target != 0
    }

    /// What a registered name is made of (RFC 3986, section 3.2.2).
    static func isHostNameByte(_ byte: UInt8) -> Bool {
        classes[Int(byte)] & hostName != 0
    }

    /// What a field's value is made of: VCHAR, obs-text, space and tab (RFC 9110, section 5.5).
    static func isFieldValueByte(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7F) || byte == 0x09
    }

    /// Whether each `%` is followed by two hexadecimal digits (RFC 3986, section 2.1).
    static func hasWholePercentEncodings(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
            let digits = rest[(percent + 1)...].prefix(2)
            guard digits.count == 2, digits.allSatisfy(\.isHexadecimalDigit) else { return false }
            rest = rest[digits.endIndex...]
        }
        return true
    }

    private static let token: UInt8 = 1
    private static let target: UInt8 = 2
    private static let hostName: UInt8 = 4

    private static let classes: InlineArray<256, UInt8> = {
        var classes = InlineArray<256, UInt8>(repeating: 0)
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        for byte in (letters + "!#$%&'*+-.^_`|~").utf8 { classes[Int(byte)] |= token }
        for byte in (letters + "-._~!$&'()*+,;=%").utf8 { classes[Int(byte)] |= target | hostName }
        for byte in ":@/?".utf8 { classes[Int(byte)] |= target }
        return classes
    }()
}
