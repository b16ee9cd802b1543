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

        /// A number with more than two places, and its rounded hundredths.
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
        // Numbers such as 2^53 + 1, which a double can't represent.
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

    /// A literal, and the hundredths that it is close to; `nil` if it is not close to any.
    static let nearest: [(literal: String, hundredths: Int64?)] = [
        ("0.30000000000000004", 30), ("0.3", 30), ("5e1", 5000), ("0", 0), ("-0", 0), ("1e-400", 0), ("-1e-9", 0),
        ("300.98999999999995", 30_099), ("-300.98999999999995", -30_099), ("0.99999999999999", 100),
        // A millionth of a hundredth is close; more is not.
        ("1.00000001", 100), ("1.000000010", 100), ("1.0000000100000001", nil), ("1.000000011", nil),
        ("1.00000002", nil), ("1.0000001", nil), ("1.99999999", 200), ("1.999999990000001", 200),
        ("1.99999998999", nil), ("1.9999999", nil), ("0.00000001", 0), ("0.000000011", nil), ("0.0099999999", 1),
        ("0.00999999", 1), ("0.00999998", nil), ("-0.00999999", -1), ("-0.00000001", 0), ("-1.00000002", nil),
        ("1.2345", nil), ("0.005", nil), ("0.001", nil), ("1e-3", nil), ("1e-7", nil), ("100000001e-8", 100),
        ("100000002e-8", nil), ("0.\(zeros)1", 0), ("92233720368547758.07", .max),
        ("92233720368547758.0700000000001", .max), ("92233720368547758.0699999999", .max),
        ("-92233720368547758.08", .min), ("-92233720368547758.0799999999999", .min),
    ]

    @Test(arguments: nearest)
    func nearestHundredths(literal: String, hundredths: Int64?) throws {
        let number = try #require(try JSONParser.parse(Array(literal.utf8)).number)
        let result = Result { () throws(JSONNumber.ScaleError) in try number.scaledToNearest(places: 2) }
        #expect(result == (hundredths.map { .success($0) } ?? .failure(.tooFine)))
    }

    @Test(arguments: [
        "92233720368547758.08", "92233720368547758.0799999999999", "-92233720368547758.09", "1e17", "1e400",
        "-92233720368547758.0899999999999", "1e999999999999999999999",
    ])
    func nearestHundredthIsOutOfRange(literal: String) throws {
        let number = try #require(try JSONParser.parse(Array(literal.utf8)).number)
        #expect(throws: JSONNumber.ScaleError.outOfRange) { try number.scaledToNearest(places: 2) }
    }

    /// Sums, products and differences of doubles, such as clients calculate, are read as the intended hundredths.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func calculatedHundredthsAreTheIntendedOnes(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        for _ in 0..<500 {
            let left = Int64.random(in: 0...100_000_000, using: &generator)
            let right = Int64.random(in: 0...100_000_000, using: &generator)
            let count = Int64.random(in: 1...20, using: &generator)
            for (value, meant) in [
                (Double(left) / 100 + Double(right) / 100, left + right),
                (Double(left) / 100 - Double(right) / 100, left - right),
                (Double(left) / 100 * Double(count), left * count),
            ] {
                let number = try #require(try JSONParser.parse(Array("\(value)".utf8)).number)
                #expect(try number.scaledToNearest(places: 2) == meant, "seed \(seed), \(value)")
            }
        }
    }

    @Test(arguments: [
        ("100.33", true), ("5e1", true), ("-0", true), ("0", true), ("1E+2", true), ("", false), (" 5", false),
        ("5 ", false), ("5\n", false), ("+5", false), ("05", false), (".5", false), ("5.", false), ("5e", false),
        ("0x5", false), ("1,5", false), ("[5]", false), ("{}", false), ("\"5\"", false), ("null", false),
        ("NaN", false), ("-", false), ("5;5", false), ("5 5", false), ("5\u{0}", false), ("٥", false),
    ])
    func aTextIsANumberOrNot(text: String, isNumber: Bool) {
        #expect(JSONNumber(text: text)?.literal == (isNumber ? text : nil))
    }

    @Test(
        arguments: [("7", 0, 7), ("7", 3, 7000), ("0.007", 3, 7), ("70", 0, 70), ("7e1", 0, 70)]
            as [(String, Int, Int64)])
    func otherPlaces(literal: String, places: Int, value: Int64) throws {
        #expect(try JSONNumber(validated: literal).scaled(places: places) == value)
    }

    /// Each amount of hundredths has the same value in each of its notations.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func hundredthsRoundTrip(seed: UInt64) throws {
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
