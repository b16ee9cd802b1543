/// Compares bytes with the words of the protocol, without making a `String` of the bytes.
///
/// The functions are on one concrete type. A generic function would not be specialised for callers in other modules,
/// and would cost ten times as much.
extension ArraySlice<UInt8> {
    /// Returns true if these are the bytes of `word`. Letter case matters.
    package func equals(_ word: String) -> Bool {
        let expected = word.utf8.span
        guard count == expected.count else { return false }
        let bytes = span
        for index in expected.indices where bytes[index] != expected[index] { return false }
        return true
    }

    /// Returns true if these are the bytes of `word`, apart from the case of ASCII letters.
    ///
    /// - Parameter word: without capital letters.
    package func equalsIgnoringCase(_ word: String) -> Bool {
        let expected = word.utf8.span
        guard count == expected.count else { return false }
        let bytes = span
        for index in expected.indices where bytes[index].asciiLowercased != expected[index] { return false }
        return true
    }
}

extension UInt8 {
    /// A capital ASCII letter as a small one; any other byte unchanged.
    @inlinable package var asciiLowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }

    @inlinable package var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    /// True for a digit of either letter case.
    var isHexadecimalDigit: Bool {
        isDigit || (asciiLowercased >= UInt8(ascii: "a") && asciiLowercased <= UInt8(ascii: "f"))
    }
}

extension [UInt8] {
    /// Appends a number in hexadecimal digits with small letters.
    ///
    /// - Parameter digitsMin: the smallest number of digits, 1 to 16. Zeros precede a number that has fewer.
    package mutating func append(hexadecimal value: UInt64, digitsMin: Int = 1) {
        let digits = Swift.max(digitsMin, (UInt64.bitWidth + 3 - value.leadingZeroBitCount) / 4)
        append(addingCapacity: digits) { output in
            for place in (0..<digits).reversed() {
                let digit = UInt8(truncatingIfNeeded: value >> UInt64(place * 4)) & 0xF
                output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}
