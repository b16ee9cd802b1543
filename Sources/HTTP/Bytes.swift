/// Comparing bytes with the protocol's words, without making a String of them.
extension Collection<UInt8> {
    /// Whether these are the word's bytes, letter case counting.
    package func equals(_ word: String) -> Bool {
        guard count == word.utf8.count else { return false }
        return elementsEqual(word.utf8)
    }

    /// Whether these are the word's bytes but for the case of ASCII letters; the word is in small letters.
    package func equalsIgnoringCase(_ word: String) -> Bool {
        guard count == word.utf8.count else { return false }
        return elementsEqual(word.utf8) { $0.asciiLowercased == $1 }
    }
}

extension UInt8 {
    package var asciiLowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }

    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isHexadecimalDigit: Bool {
        isDigit || (asciiLowercased >= UInt8(ascii: "a") && asciiLowercased <= UInt8(ascii: "f"))
    }
}
