/// A `token` (RFC 9110, section 5.6.2): the syntax of the names of fields and cookies.
package enum HTTPToken {
    package static func isValid(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(Grammar.isToken)
    }
}

/// The character classes of the grammar. Each function returns true if `byte` belongs to its class.
enum Grammar {
    /// `tchar`, a character of a token (RFC 9110, section 5.6.2).
    static func isToken(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || classes[Int(byte)] & token != 0
    }

    /// A character of a URI's path and query (RFC 3986, sections 3.3 and 3.4).
    static func isTargetByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || classes[Int(byte)] & target != 0
    }

    /// A character of a registered name (RFC 3986, section 3.2.2).
    static func isHostNameByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || classes[Int(byte)] & hostName != 0
    }

    /// A character of a field's value: VCHAR, obs-text, space or tab (RFC 9110, section 5.5).
    static func isFieldValueByte(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7F) || byte == 0x09
    }

    /// Returns true if each `%` is followed by two hexadecimal digits (RFC 3986, section 2.1).
    static func hasWholePercentEncodings(_ bytes: ArraySlice<UInt8>) -> Bool {
        let bytes = bytes.span
        for index in bytes.indices where bytes[index] == UInt8(ascii: "%") {
            guard index + 2 < bytes.count, bytes[index + 1].isHexadecimalDigit, bytes[index + 2].isHexadecimalDigit
            else {
                return false
            }
        }
        return true
    }

    /// Most bytes of a head belong to all classes, and need no look-up.
    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        let letter = byte.asciiLowercased
        return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z") || byte.isDigit
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
