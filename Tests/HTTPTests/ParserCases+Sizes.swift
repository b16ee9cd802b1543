@testable import HTTP

/// Each part that has a limit, at the limit and one above it.
extension ParserCase {
    static let sizes = lineSizes + headSizes + bodySizes + chunkLineSizes + trailerSizes + defaultSizes

    /// Limits so small that a test can cut the bytes at each position.
    static let smallLimits: Limits = {
        var limits = Limits()
        limits.requestLineBytesMax = 24
        limits.headBytesMax = 64
        limits.headFieldsMax = 3
        limits.bodyBytesMax = 10
        limits.chunkLineBytesMax = 12
        limits.chunkExtensionsBytesMax = 20
        limits.trailersBytesMax = 24
        return limits
    }()

    private static func small(_ input: String, _ transcript: String) -> ParserCase {
        transcript.isEmpty
            ? ParserCase(input, limits: smallLimits) : ParserCase(input, transcript, limits: smallLimits)
    }

    private static func x(_ count: Int) -> String { String(repeating: "x", count: count) }

    private static let lineSizes = [
        small("GET /\(x(10)) HTTP/1.1↵Host: a↵↵", "GET /\(x(10))"),
        small("GET /\(x(11)) HTTP/1.1↵Host: a↵↵", "414"),
        small("↵↵GET /\(x(10)) HTTP/1.1↵Host: a↵↵", "GET /\(x(10))"),
        small("↵↵GET /\(x(11)) HTTP/1.1↵Host: a↵↵", "414"),
        small("\(x(19)) / HTTP/1.1↵↵", "414"),
        small("GET /\(x(19))", "…"),
        small("GET /\(x(22))", "414"),
        small("GET /\(x(1_000))", "414"),
        // The first fault counts: the invalid byte, or the limit.
        small("GET /\(x(21))\0", "414"),
        small("GET /\(x(20))\0", "400"),
        small("GET /\(x(21))\n", "414"),
        small("GET /\(x(21))\rx", "414"),
    ]

    private static let headSizes = [
        small("\(get)A: \(x(32))↵↵", "GET /"),
        small("\(get)A: \(x(33))↵↵", "431"),
        small("\(get)\(x(37))", "…"),
        small("\(get)A: \(x(37))", "431"),
        small("\(get)A: \(x(1_000))", "431"),
        small("\(get)A: \(x(35))\0", "400"),
        small("\(get)A: \(x(36))\0", "431"),
        small("\(get)A: \(x(36))\n", "431"),
        small("\(get)\(x(100))↵↵", "431"),
        // The count begins anew with the next head.
        small("\(get)A: \(x(32))↵↵", "GET /").followed(by: "\(get)A: \(x(32))↵↵", "GET /"),
        small("\(get)A: \(x(32))↵↵", "GET /").followed(by: "\(get)A: \(x(33))↵↵", "431"),
        // Empty lines before the head are part of it.
        small("↵\(get)A: \(x(30))↵↵", "GET /"),
        small("↵\(get)A: \(x(31))↵↵", "431"),
        small(String(repeating: "↵", count: 32), ""),
        small(String(repeating: "↵", count: 33), "431"),
        small(String(repeating: "↵", count: 32) + "G", "431"),
        small(String(repeating: "↵", count: 1_000) + get + "↵", "431"),
        small("\(get)A: b↵C: d↵↵", "GET /"),
        small("\(get)A:↵B:↵C:↵↵", "431"),
    ]

    private static func chunks(_ chunks: String) -> String { "\(chunked)\(chunks)" }

    private static let bodySizes = [
        small("\(post)Content-Length: 10↵↵\(x(10))", "POST / '\(x(10))'"),
        small("\(post)Content-Length: 11↵↵\(x(11))", "413"),
        small("\(post)Content-Length: 11↵↵", "413"),
        small("\(post)Content-Length: 0000000010↵↵\(x(10))", "POST / '\(x(10))'"),
        small("\(chunked)a↵\(x(10))↵0↵↵", "POST / '\(x(10))'"),
        small("\(chunked)b↵", "413"),
        small("\(chunked)5↵\(x(5))↵5↵\(x(5))↵0↵↵", "POST / '\(x(10))'"),
        small("\(chunked)5↵\(x(5))↵6↵", "413"),
        small("\(chunked)a↵\(x(10))↵1↵", "413"),
        small(chunked + String(repeating: "1↵x↵", count: 10) + "0↵↵", "POST / '\(x(10))'"),
        small(chunked + String(repeating: "1↵x↵", count: 11) + "0↵↵", "413"),
        // The count begins anew with the next body.
        small("\(chunked)a↵\(x(10))↵0↵↵", "POST / '\(x(10))'").followed(
            by: "\(chunked)a↵\(x(10))↵0↵↵", "POST / '\(x(10))'"),
    ]

    private static let chunkLineSizes = [
        small("\(chunked)1;\(x(10))↵x↵0↵↵", "POST / 'x'"),
        small("\(chunked)1;\(x(11))↵x↵0↵↵", "400"),
        small("\(chunked)1;\(x(1_000))", "400"),
        small("\(chunked)000000000001↵x↵0↵↵", "POST / 'x'"),
        small("\(chunked)0000000000001↵x↵0↵↵", "400"),
        small("\(chunked)\(String(repeating: "0", count: 1_000))", "400"),
        small("\(chunked)1;a=\"\(x(1_000))", "400"),
        // The sum of a body's extensions.
        small("\(chunked)1;\(x(9))↵x↵1;\(x(7))↵x↵0;x↵↵", "POST / 'xx'"),
        small("\(chunked)1;\(x(9))↵x↵1;\(x(8))↵x↵0;x↵↵", "400"),
        small(chunked + String(repeating: "1;x↵x↵", count: 10) + "0↵↵", "POST / '\(x(10))'"),
        small(chunked + String(repeating: "1;x↵x↵", count: 10) + "0;x↵↵", "400"),
        small("\(chunked)1;\(x(9))↵x↵0;\(x(9))↵↵", "POST / 'x'").followed(
            by: "\(chunked)1;\(x(9))↵x↵0;\(x(9))↵↵", "POST / 'x'"),
    ]

    private static let trailerSizes = [
        small("\(chunked)0↵A: \(x(17))↵↵", "POST /"),
        small("\(chunked)0↵A: \(x(18))↵↵", "431"),
        small("\(chunked)0↵A: \(x(1_000))", "431"),
        small(chunked + "0↵" + String(repeating: "A:↵", count: 1_000), "431"),
        small("\(chunked)0↵A:↵B:↵C:↵↵", "POST /"),
        small("\(chunked)0↵A:↵B:↵C:↵D:↵↵", "431"),
        small("\(chunked)0↵A: \(x(17))↵↵", "POST /").followed(by: "\(chunked)0↵A: \(x(17))↵↵", "POST /"),
    ]

    private static let sixteenExtensions = String(repeating: "1;\(x(254))↵x↵", count: 16)

    private static let defaultSizes = [
        ParserCase("GET /\(x(8_178)) HTTP/1.1↵Host: a↵↵", "GET /\(x(8_178))"),
        ParserCase("GET /\(x(8_179)) HTTP/1.1↵Host: a↵↵", "414"),
        ParserCase("\(get)A: \(x(16_352))↵↵", "GET /"),
        ParserCase("\(get)A: \(x(16_353))↵↵", "431"),
        ParserCase(get + String(repeating: "A:↵", count: 99) + "↵", "GET /"),
        ParserCase(get + String(repeating: "A:↵", count: 100) + "↵", "431"),
        ParserCase(String(repeating: "↵", count: 8_192)),
        ParserCase(String(repeating: "↵", count: 8_193), "431"),
        ParserCase("\(post)Content-Length: 1048576↵↵", "…"),
        ParserCase("\(post)Content-Length: 1048577↵↵", "413"),
        ParserCase("\(chunked)100000↵", "…"),
        ParserCase("\(chunked)100001↵", "413"),
        ParserCase("\(chunked)1;\(x(254))↵x↵0↵↵", "POST / 'x'"),
        ParserCase("\(chunked)1;\(x(255))↵x↵0↵↵", "400"),
        ParserCase("\(chunked)\(sixteenExtensions)0;\(x(15))↵↵", "POST / '\(x(16))'"),
        ParserCase("\(chunked)\(sixteenExtensions)0;\(x(16))↵↵", "400"),
        ParserCase("\(chunked)0↵A: \(x(8_185))↵↵", "POST /"),
        ParserCase("\(chunked)0↵A: \(x(8_186))↵↵", "431"),
    ]
}
