import JSON
import Testing

@testable import Text

/// Text from outside, as a terminal may have it.
@Suite struct PrintableTextTests {
    @Test(arguments: [
        ("", ""), ("anna", "anna"), ("Ünï \\ \"x\"", "Ünï \\ \"x\""), ("a\nb\r\t", "a\\nb\\r\\t"),
        ("\u{1B}[2J", "\\u{1B}[2J"), ("\0", "\\u{0}"), ("\u{7F}\u{9B}1m", "\\u{7F}\\u{9B}1m"),
        ("a\u{202E}b\u{2066}", "a\\u{202E}b\\u{2066}"), ("\u{61C}\u{200E}\u{200F}", "\\u{61C}\\u{200E}\\u{200F}"),
        ("\u{2028}\u{2029}\u{FEFF}", "\\u{2028}\\u{2029}\\u{FEFF}"), ("\u{E0041}", "\\u{E0041}"),
        ("\u{200C}", "\u{200C}"), ("👩‍🚀", "👩‍🚀"), ("e\u{301}", "e\u{301}"),
    ])
    func aLineStaysALine(text: String, shown: String) {
        #expect(Array(text.oneLine.utf8) == Array(shown.utf8))
        #expect(text.oneLine.oneLine == text.oneLine)
    }

    /// Every scalar of the first planes is either shown as it is or escaped, and never twice.
    @Test func noScalarPassesThatATerminalObeys() {
        for value in UInt32(0)...0xFFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let shown = String(String.UnicodeScalarView([scalar])).oneLine
            let isControl = scalar.properties.generalCategory == .control || scalar.properties.isBidiControl
            #expect(!isControl || shown.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 }, "\(value)")
        }
    }

    @Test(arguments: [
        ("", "\"\""), ("a\"b\\", "\"a\\\"b\\\\\""), ("12345", "\"12345\""), ("123456", "\"12345…\""),
        ("\u{1B}\n", "\"\\u{1B}\\n\""),
    ])
    func aQuotedTextIsExactAndBounded(text: String, shown: String) {
        #expect(text.quoted(charactersMax: 5) == shown)
    }

    @Test(arguments: ["{\"a\":1}\n", "[\"\u{9B}\u{202E}\u{E0041}é\\n\"]\n"])
    func aDocumentKeepsItsMeaning(document: String) throws {
        let shown = document.printableJSON
        #expect(try JSONParser.parse(shown.utf8) == JSONParser.parse(document.utf8))
        #expect(shown.unicodeScalars.allSatisfy { !$0.isUnprintable || $0 == "\n" })
    }
}
