/// A JSON number as it was written, so that its decimal value is exact; nothing here passes through floating point.
package struct JSONNumber: Sendable, Equatable {
    /// Matches the grammar of RFC 8259, section 6.
    package let literal: String

    init(validated literal: String) {
        self.literal = literal
    }

    /// A text that is a number of JSON and nothing else; `nil` for any other.
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

    /// The shortest decimal: `500`, `500.5`, `729.98`.
    package init(hundredths value: Int128) {
        let fraction = value.magnitude % 100
        let digits = fraction % 10 == 0 ? "\(fraction / 10)" : "\(fraction / 10)\(fraction % 10)"
        literal = "\(value < 0 ? "-" : "")\(value.magnitude / 100)" + (fraction == 0 ? "" : ".\(digits)")
    }

    /// False for `-0`.
    package var isBelowZero: Bool {
        let decimal = decimal
        return decimal.isNegative && !decimal.digits.isEmpty
    }

    package enum ScaleError: Error, Equatable, Sendable {
        /// The value has more decimal places than were asked for.
        case tooFine
        /// The scaled value does not fit the integer.
        case outOfRange
    }

    /// The value times 10^`places`, where that is a whole number: `12.5` with two places is 1250.
    package func scaled(places: Int) throws(ScaleError) -> Int64 {
        try scaledInteger(places: places)
    }

    /// As ``scaled(places:)``, for amounts with more places than 64 bits have room for.
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

    /// The value times 10^`places`, rounded to a whole number, halves away from zero: `0.005` with two places is 1.
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

    /// The value times 10^`places`, if that is within a millionth of a whole number: `0.30000000000000004` with two places is 30.
    ///
    /// Programs that calculate with floating-point numbers write such digits; the exact decimal value decides, and nothing
    /// passes through floating point here either. Throws ``ScaleError/tooFine`` for a value that is farther from a whole number.
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

    /// Significant digits without zeros at either end (none for zero), to be multiplied by 10^`exponent`.
    private struct Decimal {
        var isNegative = false
        var digits: [UInt8] = []
        /// Held within what an Int can hold with room to spare, however many digits the literal's exponent has.
        var exponent = 0

        /// Nil where the value is too large for any integer we know.
        func exponent(shiftedBy places: Int) -> Int? {
            let shifted = exponent + places
            return !digits.isEmpty && shifted > 38 ? nil : shifted
        }

        /// Whether the magnitude is a millionth or less above a whole number, if the last `count` digits follow the point; false
        /// if it is that much below one, `nil` if it is neither.
        func isAboveNearest(fractionDigits count: Int) -> Bool? {
            let decisive = 6
            let fraction = (0..<decisive).map { place in
                let index = digits.count - count + place
                return digits.indices.contains(index) ? digits[index] : 0
            }
            if fraction.allSatisfy({ $0 == 9 }) { return false }
            guard fraction.dropLast().allSatisfy({ $0 == 0 }) else { return nil }
            // The last digit is no zero, so that only a fraction of just six digits is a millionth itself.
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

    /// Larger than any document is long, so that a held exponent means what the written one does.
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
