/// The number of a customer's order: 1 to 1,024 digits that pass the Luhn check (ISO/IEC 7812-1, annex B).
///
/// Leading zeros count: `018` and `18` are two orders.
package struct OrderNumber: Hashable, Sendable {
    package static let digitsMax = 1024

    /// The digits as the customer wrote them, white space around them cut.
    package let digits: String

    package enum ParseError: Error, Equatable, Sendable {
        /// Nothing but white space.
        case empty
        /// Something other than the digits 0 to 9.
        case notDigits
        /// More than ``OrderNumber/digitsMax`` digits.
        case tooLong
        /// The check digit does not fit the others.
        case checkDigit
    }

    /// Reads a number, cutting the white space around it.
    package init(parsing text: some Sequence<UInt8>) throws(ParseError) {
        let digits = try Self.digits(of: text, max: Self.digitsMax)
        guard Self.passesLuhn(digits) else { throw .checkDigit }
        self.digits = String(decoding: digits, as: UTF8.self)
    }

    /// Makes an order number of a number that has no check digit, such as a shop's own: appends the digit with which it passes the
    /// Luhn check. Cuts the white space around it.
    package init(appendingCheckDigitTo text: some Sequence<UInt8>) throws(ParseError) {
        let digits = try Self.digits(of: text, max: Self.digitsMax - 1)
        // With a zero in its place, the sum misses a multiple of ten by the digit.
        let checkDigit = (10 - Self.luhnSum(digits + [UInt8(ascii: "0")]) % 10) % 10
        self.digits = String(decoding: digits + [UInt8(ascii: "0") + UInt8(checkDigit)], as: UTF8.self)
    }

    private static func digits(of text: some Sequence<UInt8>, max: Int) throws(ParseError) -> [UInt8] {
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

    /// Takes digits that were checked before they were stored; `nil` if a file has something other than digits in their place. The
    /// check digit is left to the check of the file.
    package init?(fromFile digits: String) {
        let isNumber = digits.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard isNumber, (1...Self.digitsMax).contains(digits.utf8.count) else { return nil }
        self.digits = digits
    }

    /// Takes digits that were checked before.
    package init(stored digits: String) {
        precondition(!digits.isEmpty, "an order number that was checked has digits")
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
