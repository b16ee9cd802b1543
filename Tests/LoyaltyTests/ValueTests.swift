import Testing

@testable import Loyalty

@Suite struct PointsTests {
    @Test(
        arguments: [
            (0, "0"), (1, "0.01"), (9, "0.09"), (10, "0.1"), (11, "0.11"), (50, "0.5"), (99, "0.99"), (100, "1"),
            (101, "1.01"), (110, "1.1"), (1000, "10"), (50_000, "500"), (50_050, "500.5"), (72_998, "729.98"),
            (100_000_000, "1000000"), (-1, "-0.01"), (-10, "-0.1"), (-100, "-1"), (-150, "-1.5"),
            (.max, "92233720368547758.07"), (.min, "-92233720368547758.08"),
        ] as [(Int64, String)])
    func description(hundredths: Int64, text: String) {
        #expect(Points(hundredths: hundredths).description == text)
    }

    @Test(
        arguments: [
            (1, 2, 3), (0, .max, .max), (1, .max, nil), (-1, .min, nil), (-1, .max, .max - 1), (.max, .min, -1),
        ] as [(Int64, Int64, Int64?)])
    func adding(left: Int64, right: Int64, sum: Int64?) {
        #expect(Points(hundredths: left).adding(Points(hundredths: right))?.hundredths == sum)
        #expect(Points(hundredths: right).adding(Points(hundredths: left))?.hundredths == sum)
    }

    @Test func ordering() {
        #expect(Points(hundredths: -1) < .zero && .zero < Points(hundredths: 1))
    }
}

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, 5, 5), (5, -7, -2), (.max, 1, .max), (.max - 1, 2, .max), (.min, -1, .min), (.min, 1, .min + 1),
        ] as [(Int64, Int64, Int64)])
    func advanced(from start: Int64, by distance: Int64, to end: Int64) {
        #expect(Timestamp(milliseconds: start).advanced(byMilliseconds: distance).milliseconds == end)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_421_832_045, "2026-11-23T08:17:12.045Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (-1_000, "1969-12-31T23:59:59.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func rfc3339WithMilliseconds(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339WithMilliseconds == text)
    }

    /// A damaged database may have such a time.
    @Test(arguments: [(.min, "192Z"), (.min + 1, "193Z"), (.max - 1, "806Z"), (.max, "807Z")] as [(Int64, String)])
    func aTimeAtTheEndsOf64BitsHasAText(milliseconds: Int64, end: String) {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(time.rfc3339WithMilliseconds.hasSuffix(".\(end)"))
        #expect(!time.rfc3339.isEmpty && !time.imfFixdate.isEmpty)
    }
}

@Suite struct LoginTests {
    @Test func accepts() throws {
        for text in ["a", " ", "\0", "имя", "a@b.example", String(repeating: "x", count: 256)] {
            #expect(try Login(text).text == text)
        }
    }

    @Test func aNewLoginHasNoNullCharacter() throws {
        let refusal = LoyaltyError.malformed("The login has the character U+0000.")
        for text in ["\0", "a\0", "\0a", "a\0b"] {
            #expect(throws: refusal) { try Login(new: text) }
        }
        for text in ["a", "\u{1}", "0"] { #expect(try Login(new: text).text == text) }
        #expect(throws: LoyaltyError.malformed("The login is empty.")) { try Login(new: "") }
    }

    @Test func limits() throws {
        #expect(throws: LoyaltyError.malformed("The login is empty.")) { try Login("") }
        let tooLong = LoyaltyError.malformed("The login is longer than 256 bytes.")
        #expect(throws: tooLong) { try Login(String(repeating: "x", count: 257)) }
        // 129 characters, 258 bytes.
        #expect(throws: tooLong) { try Login(String(repeating: "й", count: 129)) }
    }

    @Test func loginsAreEqualOnlyByteForByte() throws {
        let composed = try Login("\u{E9}")
        let decomposed = try Login("e\u{301}")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(try composed == Login("\u{E9}"))
        #expect(try Set([composed, Login("\u{E9}")]).count == 1)
        #expect(try Login("me") != Login("Me"))
    }
}

@Suite struct PasswordTests {
    @Test func accepts() throws {
        let valid = [
            ("x", 1), ("\0", 1), ("a\0b", 3), ("é", 2), ("12345678", 8), (String(repeating: "x", count: 1024), 1),
            (String(repeating: "й", count: 512), 1024),
        ]
        for (text, bytesMin) in valid {
            #expect(try Password(text, bytesMin: bytesMin).text == text)
        }
    }

    @Test func refuses() {
        let invalid = [
            ("", 1, "The password is empty."), ("", 8, "The password is empty."),
            ("1234567", 8, "The password is shorter than 8 bytes."),
            ("\0", 2, "The password is shorter than 2 bytes."),
            (String(repeating: "x", count: 1025), 1, "The password is longer than 1024 bytes."),
            (String(repeating: "й", count: 513), 1, "The password is longer than 1024 bytes."),
        ]
        for (text, bytesMin, reason) in invalid {
            #expect(throws: LoyaltyError.malformed(reason)) { try Password(text, bytesMin: bytesMin) }
        }
    }
}

/// Every text that a log line or a crash report could contain of a value: each way in which Swift turns it into text.
private func everyText<Value>(of value: Value) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    var printed = ""
    print(value, [value], ["key": value], Optional(value) as Any, to: &printed)
    debugPrint(value, [value], to: &printed)
    return [
        dumped, printed, "\(value)", String(describing: value), String(reflecting: value),
        "\(Mirror(reflecting: value).children.map { $0 })",
    ].joined(separator: "\n")
}

@Suite struct SecretsTests {
    private static let secret = "hunter2-hunter2"

    @Test func aPasswordIsNeverPrinted() throws {
        let password = try Password(Self.secret, bytesMin: 1)
        #expect(!everyText(of: password).contains(Self.secret))
        #expect("\(password)" == "•••")
    }

    @Test func aTokenIsNeverPrinted() {
        let token = SessionToken(text: Self.secret)
        let session = NewSession(
            token: token, id: SessionID(bytes: [UInt8](repeating: 1, count: 32)), expiresAt: Timestamp(milliseconds: 7))
        #expect(!everyText(of: token).contains(Self.secret))
        #expect(!everyText(of: session).contains(Self.secret))
        #expect("\(token)" == "•••")
    }

    /// The helper above finds a value that is not hidden.
    @Test func anUnhiddenValueIsPrinted() {
        #expect(everyText(of: PasswordHash(text: Self.secret)).contains(Self.secret))
    }
}
