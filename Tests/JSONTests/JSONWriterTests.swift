import JSON
import TestSupport
import Testing

@Suite struct JSONWriterTests {
    private func written(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func commasSeparateValues() {
        let document = written { writer in
            writer.array { writer in
                writer.object { _ in }
                writer.array { _ in }
                writer.object { writer in
                    writer.name("a")
                    writer.literal("1")
                    writer.name("b")
                    writer.array { writer in
                        writer.string("x")
                        writer.literal("2.5")
                        writer.literal("null")
                    }
                    writer.name("c")
                    writer.object { writer in
                        writer.name("d")
                        writer.string("y")
                    }
                }
                writer.string("z")
            }
        }
        #expect(document == #"[{},[],{"a":1,"b":["x",2.5,null],"c":{"d":"y"}},"z"]"#)
    }

    @Test func escapes() {
        for (text, document) in Self.escaped {
            #expect(Array(written { $0.string(text) }.utf8) == Array(document.utf8), "\(text.debugDescription)")
        }
    }

    private static let escaped = [
        ("", #""""#), ("plain", #""plain""#), ("\"", #""\"""#), ("\\", #""\\""#), ("a/b", #""a/b""#), ("\n", #""\n""#),
        ("\0", #""\u0000""#), ("\t", #""\u0009""#), ("\r", #""\u000d""#), ("\u{1F}", #""\u001f""#),
        ("\u{7F}", "\"\u{7F}\""), ("€😀", "\"€😀\""), ("\u{2028}", "\"\u{2028}\""), ("a\"b\\c\nd", #""a\"b\\c\nd""#),
        ("\r\n", #""\u000d\n""#),
    ]

    /// A text that was written and parsed again has the same bytes.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func textRoundTrips(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        for _ in 0..<100 {
            var text = ""
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                let highest: UInt32 = Bool.random(using: &generator) ? 0x7F : 0x10FFFF
                let scalar = Unicode.Scalar(UInt32.random(in: 0...highest, using: &generator))
                text.unicodeScalars.append(scalar ?? "\\")
            }
            let value = try JSONParser.parse(Array(written { $0.string(text) }.utf8))
            #expect(value.string.map { Array($0.utf8) } == Array(text.utf8), "seed \(seed)")
        }
    }
}
