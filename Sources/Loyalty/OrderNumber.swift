/// The number of an order, with a check digit. Leading zeros are significant: `018` and `18` are two orders.
package struct OrderNumber: Hashable, Sendable {
    package static let digitsMax = 1024

    /// The digits as the customer wrote them, without surrounding white space.
    package let digits: String

    package enum ParseError: Error, Equatable, Sendable {
        /// The text is empty or only white space.
        case empty
        /// The text contains something other than the digits 0 to 9.
        case notDigits
        /// The text has more than ``OrderNumber/digitsMax`` digits.
        case tooLong
        /// The check digit does not match the other digits.
        case checkDigit
    }

    /// Parses a number and removes surrounding white space.
    package init(parsing text: some Sequence<UInt8>) throws(ParseError) {
        let digits = try Self.digits(of: text, max: Self.digitsMax)
        guard Self.passesLuhn(digits) else { throw .checkDigit }
        self.digits = String(decoding: digits, as: UTF8.self)
    }

    /// Makes an order number from a number without a check digit, such as a shop's own: removes surrounding white space
    /// and appends the digit with which the number passes the Luhn check.
    package init(appendingCheckDigitTo text: some Sequence<UInt8>) throws(ParseError) {
        let digits = try Self.digits(of: text, max: Self.digitsMax - 1)
        // With a zero as the check digit, the sum falls short of a multiple of ten by exactly that digit.
        let checkDigit = (10 - Self.luhnSum(digits + [UInt8(ascii: "0")]) % 10) % 10
        self.digits = String(decoding: digits + [UInt8(ascii: "0") + UInt8(checkDigit)], as: UTF8.self)
    }

    private static func digits(of text: some Sequence<UInt8>, max: Int) throws(ParseError) -> [UInt8] {
        // The initializers are not specialised for callers in other modules, so each byte of the sequence would cost
        // allocations. To copy all bytes at once costs one.
        try digits(of: Array(text), max: max)
    }

    private static func digits(of text: [UInt8], max: Int) throws(ParseError) -> [UInt8] {
        var digits: [UInt8] = []
        var spacesSinceDigit = 0
        for byte in text {
            if isWhiteSpace(byte) {
                spacesSinceDigit += 1
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { throw .notDigits }
            if digits.isEmpty {
                spacesSinceDigit = 0
            }
            guard spacesSinceDigit == 0 else { throw .notDigits }
            guard digits.count < max else { throw .tooLong }
            digits.append(byte)
        }
        guard !digits.isEmpty else { throw .empty }
        return digits
    }

    /// Takes digits that were checked before they were stored. Returns `nil` if a damaged file contains anything but
    /// digits, or too many. The check of the file verifies the check digit.
    package init?(fromFile digits: String) {
        let bytes = digits.utf8.span
        guard bytes.count >= 1, bytes.count <= Self.digitsMax else { return nil }
        for index in bytes.indices {
            guard bytes[index] >= UInt8(ascii: "0"), bytes[index] <= UInt8(ascii: "9") else { return nil }
        }
        self.digits = digits
    }

    /// Takes digits that were checked before.
    package init(stored digits: String) {
        precondition(!digits.isEmpty, "digits must not be empty")
        self.digits = digits
    }

    static func passesLuhn(_ digits: [UInt8]) -> Bool { luhnSum(digits) % 10 == 0 }

    private static func luhnSum(_ digits: [UInt8]) -> Int {
        var sum = 0
        for (distance, byte) in digits.reversed().enumerated() {
            let digit = Int(byte - UInt8(ascii: "0"))
            let doubled = distance % 2 == 1 ? digit * 2 : digit
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (byte >= 0x09 && byte <= 0x0D)
    }
}
