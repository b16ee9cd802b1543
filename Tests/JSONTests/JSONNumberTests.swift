import TestSupport
import Testing

@testable import JSON

@Suite struct JSONNumberTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let literal: String
        let scaled: Result<Int64, JSONNumber.ScaleError>
        let rounded: Result<Int64, JSONNumber.ScaleError>
        var testDescription: String { String(literal.prefix(60)) }

        /// A number that needs no rounding.
        init(_ literal: String, _ value: Int64) {
            (self.literal, scaled, rounded) = (literal, .success(value), .success(value))
        }

        /// A number finer than a hundredth, and what it is rounded to.
        init(_ literal: String, tooFineRounded value: Int64) {
            (self.literal, scaled, rounded) = (literal, .failure(.tooFine), .success(value))
        }

        init(_ literal: String, scaled: JSONNumber.ScaleError, rounded: JSONNumber.ScaleError) {
            (self.literal, self.scaled, self.rounded) = (literal, .failure(scaled), .failure(rounded))
        }

        static func outOfRange(_ literal: String) -> Case {
            Case(literal, scaled: .outOfRange, rounded: .outOfRange)
        }
    }

    static let zeros = String(repeating: "0", count: 10_000)
    static let nines = String(repeating: "9", count: 10_000)

    @Test(arguments: [
        Case("0", 0),
        Case("-0", 0),
        Case("0.00", 0),
        Case("0.000", 0),
        Case("0e5", 0),
        Case("0e-5", 0),
        Case("0e999999999999999999999", 0),
        Case("-0.0e-999999999999999999999", 0),
        Case("500", 50_000),
        Case("500.5", 50_050),
        Case("12.50", 1250),
        Case("12.500000", 1250),
        Case("0.01", 1),
        Case("0.1", 10),
        Case("-1", -100),
        Case("-0.01", -1),
        Case("5e1", 5000),
        Case("1E+2", 10_000),
        Case("1e-2", 1),
        Case("100e-4", 1),
        Case("0.00001e3", 1),
        Case("0.5e+00000000000000000000001", 500),
        Case("100000000000000000000e-20", 100),
        Case("729.98", 72_998),
        // 2^53 + 1 and its like, which a double would lose.
        Case("90071992547409.93", 9_007_199_254_740_993),
        Case("92233720368547758.07", .max),
        Case("-92233720368547758.08", .min),
        Case("9223372036854775807e-2", .max),
        Case("0.9223372036854775807e17", .max),
        Case("1" + zeros + "e-10000", 100),
        Case("0." + zeros + "1e10000", 10),
        .outOfRange("92233720368547758.08"),
        .outOfRange("-92233720368547758.09"),
        .outOfRange("100000000000000000"),
        .outOfRange("1e17"),
        .outOfRange("-1e17"),
        .outOfRange("1e400"),
        .outOfRange("1e999999999999999999999"),
        .outOfRange(nines),
        .outOfRange("1" + zeros),
        Case("0.001", tooFineRounded: 0),
        Case("0.0049999", tooFineRounded: 0),
        Case("0.004" + nines, tooFineRounded: 0),
        Case("0.005", tooFineRounded: 1),
        Case("0.0050", tooFineRounded: 1),
        Case("0.0051", tooFineRounded: 1),
        Case("0.009", tooFineRounded: 1),
        Case("0.015", tooFineRounded: 2),
        Case("1.005", tooFineRounded: 101),
        Case("0.995", tooFineRounded: 100),
        Case("99.995", tooFineRounded: 10_000),
        Case("729.985", tooFineRounded: 72_999),
        Case("729.9849999999999999999999", tooFineRounded: 72_998),
        Case("5e-3", tooFineRounded: 1),
        Case("5e-4", tooFineRounded: 0),
        Case("9e-4", tooFineRounded: 0),
        Case("1e-400", tooFineRounded: 0),
        Case("1e-999999999999999999999", tooFineRounded: 0),
        Case("-0.005", tooFineRounded: -1),
        Case("-0.0049", tooFineRounded: 0),
        Case("-1.005", tooFineRounded: -101),
        Case("92233720368547758.0749", tooFineRounded: .max),
        Case("-92233720368547758.0849", tooFineRounded: .min),
        Case("92233720368547758.075", scaled: .tooFine, rounded: .outOfRange),
        Case("-92233720368547758.085", scaled: .tooFine, rounded: .outOfRange),
        Case(nines + ".001", scaled: .tooFine, rounded: .outOfRange),
    ])
    func hundredths(_ example: Case) throws {
        let number = try #require(try JSONParser.parse(Array(example.literal.utf8)).number)
        #expect(number.literal == example.literal)
        let scaled = Result { () throws(JSONNumber.ScaleError) in try number.scaled(places: 2) }
        let rounded = Result { () throws(JSONNumber.ScaleError) in try number.scaledRoundingHalfUp(places: 2) }
        #expect(scaled == example.scaled)
        #expect(rounded == example.rounded)
    }

    @Test(
        arguments: [("7", 0, 7), ("7", 3, 7000), ("0.007", 3, 7), ("70", 0, 70), ("7e1", 0, 70)]
            as [(String, Int, Int64)])
    func otherPlaces(literal: String, places: Int, value: Int64) throws {
        #expect(try JSONNumber(validated: literal).scaled(places: places) == value)
    }

    /// Any amount of hundredths, written in any of its ways, comes back as it was.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func hundredthsComeBack(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let shift = Int64.random(in: 0..<63, using: &generator)
            let value = Int64.random(in: .min ... .max, using: &generator) >> shift
            let shownZeros = Int.random(in: 0...30, using: &generator)
            let digits = "\(value)" + String(repeating: "0", count: shownZeros)
            let number = JSONNumber(validated: "\(digits)e-\(shownZeros + 2)")
            #expect(try number.scaled(places: 2) == value, "seed \(seed), \(number.literal)")
            #expect(try number.scaledRoundingHalfUp(places: 2) == value, "seed \(seed), \(number.literal)")
        }
    }
}
