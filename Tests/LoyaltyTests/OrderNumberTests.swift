import TestSupport
import Testing

@testable import Loyalty

@Suite struct OrderNumberTests {
    private func parsed(_ text: String) -> Result<String, OrderNumber.ParseError> {
        Result { () throws(OrderNumber.ParseError) in try OrderNumber(parsing: text.utf8).digits }
    }

    /// The cases contain control characters. As arguments of the test they would get into its log unescaped.
    @Test func accepts() {
        for (text, digits) in Self.valid {
            #expect(parsed(text) == .success(digits), "\(text.debugDescription)")
        }
    }

    @Test func refuses() {
        for (text, error) in Self.invalid {
            #expect(parsed(text) == .failure(error), "\(text.debugDescription)")
        }
    }

    private static let valid = [
        ("0", "0"), ("00", "00"), ("18", "18"), ("018", "018"), ("0018", "0018"), ("26", "26"), ("34", "34"),
        ("79927398713", "79927398713"), ("12345678903", "12345678903"), ("9278923470", "9278923470"),
        ("2377225624", "2377225624"), ("346436439", "346436439"), ("4561261212345467", "4561261212345467"),
        // A number of more than 64 bits.
        ("18446744073709551616000000000000001", "18446744073709551616000000000000001"),
        // White space around the digits is removed.
        (" 18", "18"), ("18 ", "18"), ("18\n", "18"), ("18\r\n", "18"), ("\t\n\u{B}\u{C}\r 18 \t\n\u{B}\u{C}\r", "18"),
    ]

    private static let invalid: [(String, OrderNumber.ParseError)] = [
        ("", .empty), (" ", .empty), ("\r\n\t ", .empty),
        ("1", .checkDigit), ("81", .checkDigit), ("79927398710", .checkDigit), ("79927398714", .checkDigit),
        ("12345678900", .checkDigit), (" 17 ", .checkDigit),
        ("abc", .notDigits), ("18a", .notDigits), ("a18", .notDigits), ("-18", .notDigits), ("+18", .notDigits),
        ("1.8", .notDigits), ("18e0", .notDigits), ("0x18", .notDigits), ("\"18\"", .notDigits), ("/", .notDigits),
        (":", .notDigits), ("1 8", .notDigits), ("1\n8", .notDigits), ("18 18", .notDigits), ("18\0", .notDigits),
        ("\0", .notDigits), ("\u{FEFF}18", .notDigits), ("\u{A0}18", .notDigits), ("18\u{85}", .notDigits),
        ("１８", .notDigits), ("١٨", .notDigits), ("१८", .notDigits), ("18\u{301}", .notDigits),
    ]

    /// The second number is in the client's spelling; ISO/IEC 7812-1 has the first as an example.
    @Test func appendsTheCheckDigit() throws {
        let cases: [(String, Result<String, OrderNumber.ParseError>)] = [
            ("7992739871", .success("79927398713")), ("100100", .success("1001007")), ("1001", .success("10017")),
            ("0", .success("00")), ("1", .success("18")), ("01", .success("018")), ("9", .success("91")),
            (" 100100\n", .success("1001007")), ("", .failure(.empty)), (" ", .failure(.empty)),
            ("10 01", .failure(.notDigits)), ("-1", .failure(.notDigits)), ("A-1001", .failure(.notDigits)),
            ("1001.", .failure(.notDigits)), ("１", .failure(.notDigits)),
        ]
        for (text, expected) in cases {
            #expect(completed(text) == expected, "\(text.debugDescription)")
        }
        let longest = String(repeating: "7", count: 1023)
        #expect(completed(longest + "7") == .failure(.tooLong))
        let number = try completed(longest).get()
        #expect(number.count == 1024 && parsed(number) == .success(number))
    }

    /// For any digits, the result is an order number, and the only one that begins with these digits.
    @Test(arguments: 1...40)
    func aCompletedNumberPasses(length: Int) throws {
        var random = SeededRandom(seed: UInt64(length))
        for _ in 0..<50 {
            let digits = String((0..<length).map { _ in Character("\(Int.random(in: 0...9, using: &random))") })
            let number = try completed(digits).get()
            #expect(number.hasPrefix(digits) && number.count == length + 1)
            let passing = (0...9).map { "\(digits)\($0)" }.filter { parsed($0) == .success($0) }
            #expect(passing == [number])
        }
    }

    private func completed(_ text: String) -> Result<String, OrderNumber.ParseError> {
        Result { () throws(OrderNumber.ParseError) in try OrderNumber(appendingCheckDigitTo: text.utf8).digits }
    }

    @Test func theLongestNumberHas1024Digits() {
        let zeros = String(repeating: "0", count: 1022)
        #expect(parsed(zeros + "18") == .success(zeros + "18"))
        #expect(parsed(" \n" + zeros + "18 \n") == .success(zeros + "18"))
        #expect(parsed(zeros + "018") == .failure(.tooLong))
        #expect(parsed(zeros + "17") == .failure(.checkDigit))
        #expect(parsed(String(repeating: "7", count: 1_000_000)) == .failure(.tooLong))
        #expect(parsed(String(repeating: " ", count: 1_000_000) + "18") == .success("18"))
    }

    @Test func leadingZerosMakeAnotherOrder() throws {
        #expect(try OrderNumber(parsing: "018".utf8) != OrderNumber(parsing: "18".utf8))
        #expect(try OrderNumber(parsing: " 18".utf8) == OrderNumber(parsing: "18".utf8))
    }

    /// Of ten numbers that differ in the last digit, exactly one passes; and a change of any single digit is detected.
    @Test(arguments: 1...40)
    func exactlyOneCheckDigitFits(count: Int) throws {
        let payload = (0..<count).map { UInt8(ascii: "0") + UInt8(($0 * 7 + 3) % 10) }
        let fitting = (UInt8(ascii: "0")...UInt8(ascii: "9")).filter { OrderNumber.passesLuhn(payload + [$0]) }
        #expect(fitting.count == 1)
        let valid = payload + fitting
        for index in valid.indices {
            for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != valid[index] {
                var changed = valid
                changed[index] = digit
                #expect(!OrderNumber.passesLuhn(changed))
            }
        }
    }
}
