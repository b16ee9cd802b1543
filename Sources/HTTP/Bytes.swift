/// Compares bytes with the words of the protocol, without making a `String` of the bytes.
///
/// The functions are on one concrete type. A generic function would not be specialised for callers in other modules,
/// and would cost ten times as much.
extension ArraySlice<UInt8> {
    /// Returns true if these are the bytes of `word`. Letter case matters.
    package func equals(_ word: String) -> Bool {
        guard count == word.utf8.count else { return false }
        var index = startIndex
        for byte in word.utf8 {
            guard self[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// Returns true if these are the bytes of `word`, apart from the case of ASCII letters.
    ///
    /// - Parameter word: without capital letters.
    package func equalsIgnoringCase(_ word: String) -> Bool {
        guard count == word.utf8.count else { return false }
        var index = startIndex
        for byte in word.utf8 {
            guard self[index].asciiLowercased == byte else { return false }
            index += 1
        }
        return true
    }
}

extension UInt8 {
    package var asciiLowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }

    package var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isHexadecimalDigit: Bool {
        isDigit || (asciiLowercased >= UInt8(ascii: "a") && asciiLowercased <= UInt8(ascii: "f"))
    }
}
