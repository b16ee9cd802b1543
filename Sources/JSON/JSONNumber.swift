/// A JSON number, kept as its literal, so that its decimal value is exact. No operation converts it to floating point.
package struct JSONNumber: Sendable, Equatable {
    /// The digits as they were written, in the grammar of RFC 8259, section 6.
    package let literal: String

    init(validated literal: String) {
        self.literal = literal
    }

    /// Parses a text that consists of one JSON number. Returns `nil` for any other text.
    package init?(text: String) {
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first),
            let last = text.utf8.last, (0x30...0x39).contains(last),
            case .number(let number)? = try? JSONParser.parse(Array(text.utf8)[...])
        else { return nil }
        self = number
    }

    package init(_ value: Int64) {
        literal = String(value)
    }

    /// Makes the shortest decimal of a number of hundredths: `500`, `500.5`, `729.98`.
    package init(hundredths value: Int128) {
        let fraction = value.magnitude % 100
        let digits = fraction % 10 == 0 ? "\(fraction / 10)" : "\(fraction / 10)\(fraction % 10)"
        literal = "\(value < 0 ? "-" : "")\(value.magnitude / 100)" + (fraction == 0 ? "" : ".\(digits)")
    }

    /// True if the value is below zero; false for `-0`.
    package var isBelowZero: Bool {
        let decimal = decimal
        return decimal.isNegative && !decimal.digits.isEmpty
    }

    package enum ScaleError: Error, Equatable, Sendable {
        /// The value has more decimal places than the caller has asked for.
        case tooFine
        /// The scaled value does not fit the integer type.
        case outOfRange
    }

    /// The value times 10^`places`: `12.5` with two places is 1250.
    ///
    /// - Throws: ``ScaleError/tooFine`` if that is not a whole number, ``ScaleError/outOfRange`` if it does not fit.
    package func scaled(places: Int) throws(ScaleError) -> Int64 {
        try scaledInteger(places: places)
    }

    /// As ``scaled(places:)``, for amounts that need more than 64 bits.
    package func scaledWide(places: Int) throws(ScaleError) -> Int128 {
        try scaledInteger(places: places)
    }

    private func scaledInteger<Value: FixedWidthInteger & SignedInteger>(places: Int) throws(ScaleError) -> Value {
        let decimal = decimal
        guard let exponent = decimal.exponent(shiftedBy: places) else { throw .outOfRange }
        if decimal.digits.isEmpty { return 0 }
        guard exponent >= 0 else { throw .tooFine }
        return try Self.integer(decimal.digits, timesTenTo: exponent, isNegative: decimal.isNegative)
    }

    /// The value times 10^`places`, rounded to a whole number, with halves rounded away from zero: `0.005` with two
    /// places is 1.
    ///
    /// - Throws: ``ScaleError/outOfRange`` if the result does not fit.
    package func scaledRoundingHalfUp(places: Int) throws(ScaleError) -> Int64 {
        let decimal = decimal
        if decimal.digits.isEmpty { return 0 }
        guard let exponent = decimal.exponent(shiftedBy: places) else { throw .outOfRange }
        guard exponent < 0 else {
            return try Self.integer(decimal.digits, timesTenTo: exponent, isNegative: decimal.isNegative)
        }
        let dropped = -exponent
        guard dropped <= decimal.digits.count else { return 0 }
        let kept = decimal.digits.dropLast(dropped)
        let roundsUp = decimal.digits[decimal.digits.count - dropped] >= 5
        let truncated: Int64 = try Self.integer(Array(kept), timesTenTo: 0, isNegative: decimal.isNegative)
        guard roundsUp else { return truncated }
        let (sum, overflow) = truncated.addingReportingOverflow(decimal.isNegative ? -1 : 1)
        guard !overflow else { throw .outOfRange }
        return sum
    }

    /// The value times 10^`places`, if that is within a millionth of a whole number: `0.30000000000000004` with two
    /// places is 30.
    ///
    /// Programs that calculate with floating-point numbers write such digits. The exact decimal value decides.
    ///
    /// - Throws: ``ScaleError/tooFine`` if the value is farther from a whole number, ``ScaleError/outOfRange`` if the
    ///   result does not fit.
    package func scaledToNearest(places: Int) throws(ScaleError) -> Int64 {
        let decimal = decimal
        if decimal.digits.isEmpty { return 0 }
        guard let exponent = decimal.exponent(shiftedBy: places) else { throw .outOfRange }
        guard exponent < 0 else {
            return try Self.integer(decimal.digits, timesTenTo: exponent, isNegative: decimal.isNegative)
        }
        guard let isAbove = decimal.isAboveNearest(fractionDigits: -exponent) else { throw .tooFine }
        let kept = Array(decimal.digits.dropLast(-exponent))
        let truncated: Int64 = try Self.integer(kept, timesTenTo: 0, isNegative: decimal.isNegative)
        guard !isAbove else { return truncated }
        let (sum, overflow) = truncated.addingReportingOverflow(decimal.isNegative ? -1 : 1)
        guard !overflow else { throw .outOfRange }
        return sum
    }

    /// A decimal number: `digits` times 10^`exponent`. The digits have no zeros at either end; there are none for zero.
    private struct Decimal {
        var isNegative = false
        var digits: [UInt8] = []
        /// The parser limits the exponent, so that arithmetic on it can't overflow, however many digits it has in the
        /// literal.
        var exponent = 0

        /// The exponent plus `places`; `nil` if the shifted value is too large for an `Int128`, which holds less than
        /// 10^39.
        func exponent(shiftedBy places: Int) -> Int? {
            let shifted = exponent + places
            return !digits.isEmpty && shifted > 38 ? nil : shifted
        }

        /// Compares the magnitude with the nearest whole number, if the last `count` digits are after the point.
        /// Returns true if the magnitude is at most a millionth above it, false if at most a millionth below it, else
        /// `nil`.
        func isAboveNearest(fractionDigits count: Int) -> Bool? {
            let decisive = 6
            let fraction = (0..<decisive).map { place in
                let index = digits.count - count + place
                return digits.indices.contains(index) ? digits[index] : 0
            }
            if fraction.allSatisfy({ $0 == 9 }) { return false }
            guard fraction.dropLast().allSatisfy({ $0 == 0 }) else { return nil }
            // The last digit is not zero, so the fraction is exactly a millionth only if it has six digits.
            return fraction[decisive - 1] == 0 || fraction[decisive - 1] == 1 && count == decisive ? true : nil
        }
    }

    private var decimal: Decimal {
        var decimal = Decimal()
        var pointSeen = false
        var written = 0
        var writtenIsNegative = false
        var inExponent = false
        for byte in literal.utf8 {
            switch byte {
            case UInt8(ascii: "-"):
                if inExponent { writtenIsNegative = true } else { decimal.isNegative = true }
            case UInt8(ascii: "+"): break
            case UInt8(ascii: "."): pointSeen = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): inExponent = true
            default:
                let digit = byte - UInt8(ascii: "0")
                if inExponent {
                    written = min(written * 10 + Int(digit), Self.exponentMagnitudeMax)
                } else {
                    decimal.digits.append(digit)
                    if pointSeen { decimal.exponent -= 1 }
                }
            }
        }
        decimal.exponent += writtenIsNegative ? -written : written
        while decimal.digits.last == 0 {
            decimal.digits.removeLast()
            decimal.exponent += 1
        }
        decimal.digits.removeFirst(decimal.digits.prefix { $0 == 0 }.count)
        return decimal
    }

    /// The limit of a literal's exponent. It is larger than any document is long, so that a limited exponent leads to
    /// the same result as the one that was written.
    private static let exponentMagnitudeMax = 1_000_000_000

    private static func integer<Value: FixedWidthInteger & SignedInteger>(
        _ digits: [UInt8], timesTenTo exponent: Int, isNegative: Bool
    ) throws(ScaleError) -> Value {
        var value: Value = 0
        for index in 0..<(digits.count + exponent) {
            let digit = index < digits.count ? Value(digits[index]) : 0
            let (shifted, shiftOverflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
            guard !shiftOverflow, !sumOverflow else { throw .outOfRange }
            value = sum
        }
        return value
    }
}
