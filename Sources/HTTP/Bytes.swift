/// Comparing bytes with the protocol's words, without making a String of them.
///
/// On one concrete type: a generic function would not be specialised for callers in other modules, and cost ten times as
/// much.
extension ArraySlice<UInt8> {
    /// Whether these are the word's bytes, letter case counting.
    package func equals(_ word: String) -> Bool {
        guard count == word.utf8.count else { return false }
        var index = startIndex
        for byte in word.utf8 {
            guard self[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// Whether these are the word's bytes but for the case of ASCII letters; the word is in small letters.
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
