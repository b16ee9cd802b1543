import TestSupport
import Testing

@testable import JSON

/// The document's value, or the reason why it is refused.
private func parse(_ bytes: [UInt8]) -> Result<JSONValue, JSONParser.SyntaxError> {
    Result { () throws(JSONParser.SyntaxError) in try JSONParser.parse(bytes) }
}

private func isRefused(_ bytes: [UInt8]) -> Bool {
    if case .failure = parse(bytes) { true } else { false }
}

private func number(_ literal: String) -> JSONValue { .number(JSONNumber(validated: literal)) }

private func object(_ members: (String, JSONValue)...) -> JSONValue {
    .object(JSONObject(members: members.map { .init(name: $0, value: $1) }))
}

private func nested(_ depth: Int, around inner: String) -> String {
    String(repeating: "[", count: depth) + inner + String(repeating: "]", count: depth)
}

@Suite struct JSONParserTests {
    struct Valid: CustomTestStringConvertible, Sendable {
        let document: String
        let value: JSONValue
        var testDescription: String { document.debugDescription }

        init(_ document: String, _ value: JSONValue) {
            (self.document, self.value) = (document, value)
        }
    }

    static let valid = [
        Valid("null", .null),
        Valid("true", .bool(true)),
        Valid("false", .bool(false)),
        Valid(" \t\r\n true \t\r\n ", .bool(true)),
        Valid("[]", .array([])),
        Valid("[ ]", .array([])),
        Valid("{}", object()),
        Valid("{ }", object()),
        Valid("[1]", .array([number("1")])),
        Valid("[null,true,\"a\"]", .array([.null, .bool(true), .string("a")])),
        Valid("[ 1 , 2 ]", .array([number("1"), number("2")])),
        Valid("[[],[[]],{}]", .array([.array([]), .array([.array([])]), object()])),
        Valid(#"{"a":1}"#, object(("a", number("1")))),
        Valid(#" { "a" : 1 , "b" : [ ] } "#, object(("a", number("1")), ("b", .array([])))),
        Valid(#"{"b":1,"a":2}"#, object(("b", number("1")), ("a", number("2")))),
        Valid(#"{"":0}"#, object(("", number("0")))),
        Valid(#"{"a":{"a":{"a":null}}}"#, object(("a", object(("a", object(("a", .null))))))),
        Valid("{\"\u{E9}\":1,\"e\u{301}\":2}", object(("\u{E9}", number("1")), ("e\u{301}", number("2")))),
        Valid("0", number("0")),
        Valid("-0", number("-0")),
        Valid("123456789012345678901234567890", number("123456789012345678901234567890")),
        Valid("-1.50", number("-1.50")),
        Valid("0.0", number("0.0")),
        Valid("1e5", number("1e5")),
        Valid("1E+05", number("1E+05")),
        Valid("1.25e-400", number("1.25e-400")),
        Valid(#""""#, .string("")),
        Valid(#""a b""#, .string("a b")),
        Valid(#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
        Valid(#""\u0041\u00e9\u00E9\u20AC""#, .string("A\u{E9}\u{E9}€")),
        Valid(#""\u0000""#, .string("\0")),
        Valid(#""\uFFFF\uFFFE\uD7FF\uE000""#, .string("\u{FFFF}\u{FFFE}\u{D7FF}\u{E000}")),
        Valid(#""\ud83d\ude00""#, .string("😀")),
        Valid(#""\uD800\uDC00\uDBFF\uDFFF""#, .string("\u{10000}\u{10FFFF}")),
        Valid(#""x\ny€\u0041😀\"""#, .string("x\ny€A😀\"")),
        Valid(#""\\u0041""#, .string("\\u0041")),
        Valid("\"\u{7F}\u{80}\u{2028}\u{FEFF}\"", .string("\u{7F}\u{80}\u{2028}\u{FEFF}")),
        Valid(nested(32, around: ""), (0..<31).reduce(.array([])) { value, _ in .array([value]) }),
        Valid(nested(32, around: "7"), (0..<32).reduce(number("7")) { value, _ in .array([value]) }),
    ]

    @Test(arguments: valid)
    func accepts(_ example: Valid) throws {
        let value = try JSONParser.parse(Array(example.document.utf8))
        #expect(value == example.value)
    }

    /// A slice of a larger buffer, such as the body of a request, has the same value.
    @Test(arguments: valid)
    func acceptsASlice(_ example: Valid) throws {
        let buffer = Array("]]\"\(example.document)[[\"".utf8)
        let value = try JSONParser.parse(buffer[3..<(buffer.count - 3)])
        #expect(value == example.value)
    }

    static let invalid = [
        "", " ", "nul", "nulll", "nUll", "True", "truefalse", "undefined", "NaN", "Infinity", "-Infinity", "'a'", "a",
        "/* */1", "1 // one", "\u{FEFF}1", "\u{A0}1", "\u{C}1", "\u{B}1", "\01", "1\0",
        // Numbers.
        "-", "+1", "01", "-01", "00", "1.", ".5", "-.5", "1.e1", "1e", "1e+", "1e-", "1E", "e1", "1e1.5", "1_000",
        "0x10", "1,5", "1 2", "--1", "-+1", "1e++1", "１", "٣", "1a", "0e", "-e1",
        // Arrays.
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1]]", "[1}", "[\"a\":1]", "[1]x", "[][]",
        // Objects.
        "{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{,\"a\":1}",
        "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{\"a\":1 \"b\":2}", "{\"a\":1,,\"b\":2}", "{\"a\"::1}", "{\"a\":1}}",
        "{\"a\":1};", "{\"a\":1}{\"b\":2}", "{[]:1}", "{\"a\":1:2}",
        // Repeated names.
        #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a":1,"\u0061":2}"#, #"{"":1,"":2}"#, #"[{"x":{"a":1,"a":2}}]"#,
        // Strings.
        "\"", "\"a", "a\"", "\"a\"\"", "\"\\", "\"\\\"", #""\a""#, #""\x41""#, #""\'""#, #""\U0041""#, #""\0""#,
        #""\u""#, #""\u004""#, #""\u004g""#, #""\u+041""#, #""\u 041""#, #""\u{41}""#, "\"\\u004",
        "\"\\\u{E9}\"", "\"\n\"", "\"\t\"", "\"\0\"", "\"\u{1F}\"", "\"\\n\u{1}\"",
        // Half a surrogate pair, or the halves in the wrong order.
        #""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\u0041""#, #""\ud83d\ud83d""#,
        #""\ude00\ud83d""#, #""\ud83d\ude0""#, #""\ud83d\\ude00""#, #""\udfff""#,
        // Depth.
        nested(33, around: ""), nested(33, around: "1"), String(repeating: "[", count: 100_000),
        String(repeating: "{\"a\":", count: 33) + "1" + String(repeating: "}", count: 33),
    ]

    /// A document may contain control characters, which the test's arguments would write into the log.
    @Test func refuses() {
        for document in Self.invalid {
            #expect(isRefused(Array(document.utf8)), "\(document.prefix(100).debugDescription)")
        }
    }

    @Test(
        arguments: [
            [0x80], [0xC3], [0xC3, 0x28], [0xC0, 0xAF], [0xC1, 0x81], [0xE0, 0x80, 0xAF], [0xE2, 0x82],
            [0xE2, 0x28, 0xA1],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0xAF], [0xF0, 0x9F, 0x98],
            [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xF8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(isRefused([quote] + bytes + [quote]))
        #expect(isRefused([quote] + Array(#"\n"#.utf8) + bytes + [quote]))
        #expect(isRefused([quote] + bytes + Array(#"\u0080"#.utf8) + [quote]))
        #expect(isRefused(Array(#"{"a"#.utf8) + bytes + Array(#"":1}"#.utf8)))
        #expect(isRefused(bytes))
        #expect(isRefused(Array("1".utf8) + bytes))
    }

    @Test func objectsAsDeepAsArrays() throws {
        let document = String(repeating: "{\"a\":", count: 32) + "1" + String(repeating: "}", count: 32)
        var value = try JSONParser.parse(Array(document.utf8))
        for _ in 0..<32 { value = try #require(value.object?["a"]) }
        #expect(value == number("1"))
    }

    /// Names are compared in short objects and hashed in long ones. Both ways find the repeated name.
    @Test(arguments: 1...40)
    func findsARepeatedName(count: Int) {
        let names = (0..<count).map { "\"n\($0)\":0" }
        #expect(!isRefused(Array("{\(names.joined(separator: ","))}".utf8)))
        for twice in 0..<count {
            #expect(isRefused(Array("{\((names + [names[twice]]).joined(separator: ","))}".utf8)), "name \(twice)")
        }
        let equivalents = Array("{\((names + ["\"\u{E9}\":1", "\"e\u{301}\":2"]).joined(separator: ","))}".utf8)
        #expect(!isRefused(equivalents))
    }

    @Test func namesAreFoundByteForByte() throws {
        let value = try JSONParser.parse(Array("{\"e\u{301}\":1,\"\u{E9}\":2}".utf8))
        #expect(value.object?["\u{E9}"] == number("2"))
        #expect(value.object?["e\u{301}"] == number("1"))
        #expect(value.object?["e"] == nil)
    }

    @Test(arguments: [
        ("", "the document ends early", 0), ("[1,", "the document ends early", 3),
        ("[1 2]", "a comma or bracket was expected", 3),
        ("{\"a\":1,}", "a name was expected", 7), ("1 x", "something after the document", 2),
    ])
    func errorsHaveAReasonAndAPosition(document: String, reason: String, offset: Int) {
        let error = JSONParser.SyntaxError(reason: reason, offset: offset)
        let buffer = Array("123\(document)".utf8)
        #expect(parse(Array(document.utf8)) == .failure(error))
        #expect(throws: error) { try JSONParser.parse(buffer[3...]) }
    }
}

@Suite struct JSONParserTornTests {
    static let documents = [
        #"{"login":"me","password":"\u0000\ud83d\ude00 €"}"#, #" { "order" : "2377225624" , "sum" : 751.5e0 } "#,
        #"[null,true,false,[{}],{"a":[]},"x\\y\"z",-1.5E-3]"#, #""text\n""#, "true", "[[[[1]]]]",
    ]

    /// A document that was cut at any position is refused, unless only white space at its end is missing.
    @Test(arguments: documents)
    func aCutDocumentIsRefused(document: String) {
        let bytes = Array(document.utf8)
        let spaces = bytes.reversed().prefix { $0 == 0x20 }.count
        for count in 0..<(bytes.count - spaces) {
            #expect(isRefused(Array(bytes[..<count])), "cut after \(count) bytes")
        }
    }

    /// A number that was cut is another number, or is refused.
    @Test func cutNumbers() {
        let bytes = Array("-120.50e+12".utf8)
        let isNumber = (1...bytes.count).map { !isRefused(Array(bytes[..<$0])) }
        #expect(isNumber == [false, true, true, true, false, true, true, false, false, true, true])
    }

    /// Random bytes, and documents with random changes, are parsed or refused. A parsed document is UTF-8.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func randomBytesNeverTrap(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        let alphabet = Array("{}[]\",:\\u0deE+-.123 trufalsn\u{E9}😀".utf8) + [0xFF, 0x00]
        for _ in 0..<400 {
            var bytes: [UInt8]
            if Bool.random(using: &generator) {
                bytes = Array(Self.documents.randomElement(using: &generator)!.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = alphabet.randomElement(
                        using: &generator)!
                }
            } else {
                let count = Int.random(in: 0...30, using: &generator)
                bytes = (0..<count).map { _ in alphabet.randomElement(using: &generator)! }
            }
            if case .success = parse(bytes) {
                #expect(String(validating: bytes, as: UTF8.self) != nil, "seed \(seed), bytes \(bytes)")
            }
        }
    }
}
