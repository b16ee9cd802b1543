/// Attacks that have two servers disagree about the end of a request. Each is refused, or has one interpretation only.
///
/// After J. Kettle, "HTTP Desync Attacks" (2019) and "HTTP/1.1 must die" (2025); A. Klein, "HTTP Request Smuggling in
/// 2020"; B. Kallus and P. Anantharaman, "The HTTP Garden"; and J. Weikop, "Funky chunks" (2025).
extension ParserCase {
    private static func both(_ length: Int, _ coding: String, _ content: String) -> String {
        "\(post)Content-Length: \(length)↵\(coding)↵↵\(content)"
    }

    static let smuggling = [
        // CL.TE and TE.CL: one server uses the length, the other the chunks.
        ParserCase(both(6, "Transfer-Encoding: chunked", "0↵↵G"), "400"),
        ParserCase(both(40, "Transfer-Encoding: chunked", "0↵↵\(smuggled)"), "400"),
        ParserCase(both(3, "Transfer-Encoding: chunked", "8↵SMUGGLED↵0↵↵"), "400"),
        ParserCase(both(4, "Transfer-Encoding: chunked", "23↵\(smuggled)↵0↵↵"), "400"),
        ParserCase("\(post)Transfer-Encoding: chunked↵Content-Length: 4↵↵23↵\(smuggled)↵0↵↵", "400"),
        // TE.TE: a coding that one server does not see.
        ParserCase(both(5, "Transfer-Encoding: xchunked", "0↵↵"), "400"),
        ParserCase(both(5, "Transfer-Encoding : chunked", "0↵↵"), "400"),
        ParserCase(both(5, "Transfer-Encoding:\tchunked", "0↵↵"), "400"),
        ParserCase(both(5, " Transfer-Encoding: chunked", "0↵↵"), "400"),
        ParserCase(both(5, "X: x\nTransfer-Encoding: chunked", "0↵↵"), "400"),
        ParserCase(both(5, "X: x\rTransfer-Encoding: chunked", "0↵↵"), "400"),
        ParserCase(both(5, "Transfer-Encoding↵: chunked", "0↵↵"), "400"),
        ParserCase(both(5, "Transfer-Encoding: chunked↵Transfer-Encoding: x", "0↵↵"), "400"),
        ParserCase(both(5, "Transfer-Encoding: x↵Transfer-Encoding: chunked", "0↵↵"), "400"),
        ParserCase(both(5, "Transfer-Encoding:\u{B}chunked", "0↵↵"), "400"),
        ParserCase(both(5, "Transfer-Encoding: chunked\0", "0↵↵"), "400"),
        ParserCase(both(5, "\0Transfer-Encoding: chunked", "0↵↵"), "400"),
        ParserCase(both(5, "Transfer-Encoding\0: chunked", "0↵↵"), "400"),
        ParserCase(both(5, "\u{FF}Transfer-Encoding: chunked", "0↵↵"), "400"),
        ParserCase(both(5, "Transfer-Encoding\u{A0}: chunked", "0↵↵"), "400"),
        ParserCase(both(5, "\"Transfer-Encoding\": chunked", "0↵↵"), "400"),
        ParserCase(both(5, "Foo: bar↵ Transfer-Encoding: chunked", "0↵↵"), "400"),
        ParserCase("\(post)Transfer-Encoding: chunked,identity↵↵0↵↵", "400"),
        // Kelvin sign and long s, which some programs regard as ASCII letters when they ignore case.
        ParserCase("\(post)Transfer-Encoding: chun\u{E2}\u{84}\u{AA}ed↵↵0↵↵", "501"),
        ParserCase("\(post)Tran\u{C5}\u{BF}fer-Encoding: chunked↵↵0↵↵", "400"),
        // CL.0 and 0.CL: a length that one server does not see.
        ParserCase("\(post)Content-Length: 35↵↵\(smuggled)", "POST / '\(text(bytes(smuggled)))'"),
        ParserCase("\(get)Content-Length: 35↵↵\(smuggled)", "GET / '\(text(bytes(smuggled)))'"),
        ParserCase("\(post)Content-Length: 0↵Content-Length: 35↵↵\(smuggled)", "400"),
        ParserCase("\(post)Content-Length: 35↵Content-Length: 0↵↵\(smuggled)", "400"),
        ParserCase("\(post)Content-Length:↵ 35↵↵\(smuggled)", "400"),
        ParserCase("\(post)Content-Length\n: 35↵↵\(smuggled)", "400"),
        ParserCase("\(post)Content-Length: 0, 35↵↵\(smuggled)", "400"),
        ParserCase("\(post)Content-Length: 0\u{B}35↵↵\(smuggled)", "400"),
        ParserCase("\(post) Content-Length: 35↵↵\(smuggled)", "400"),
        ParserCase("\(post)X: y↵\tContent-Length: 35↵↵\(smuggled)", "400"),
        ParserCase("\(post)\u{0}Content-Length: 35↵↵\(smuggled)", "400"),
        // An expectation that one server does not see.
        ParserCase("\(post)Expect: y 100-continue↵Content-Length: 35↵↵\(smuggled)", "417"),
        ParserCase("\(post)Expect:\n100-continue↵Content-Length: 35↵↵\(smuggled)", "400"),
        ParserCase("\(post)Expect: 100-continue↵Content-Length: 2↵↵hi\(smuggled)", "POST / 'hi'", "GET /smuggled"),
        // Chunks whose line ends in one byte, or has a line end inside (TERM.EXT, EXT.TERM, TERM.SPILL, SPILL.TERM).
        ParserCase("\(chunked)2;\nxx↵23↵\(smuggled)↵0↵↵", "400"),
        ParserCase("\(chunked)2;a\nxx↵0↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)2;\rxx↵0↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)2;a\r\rxx↵0↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)2\nxx\n0\n\n\(smuggled)", "400"),
        ParserCase("\(chunked)2↵xx\n0↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)2↵xxAA0↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)2↵xx0↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)2↵xx\n\n0↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)2;a=\"↵xx↵0↵↵\(smuggled)\"", "400"),
        ParserCase("\(chunked)0;a=\"\n\n\(smuggled)\"↵↵", "400"),
        ParserCase("\(chunked)0\r\r\n↵\(smuggled)", "400"),
        ParserCase("\(chunked)0 ↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)0x0↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)0\0↵↵\(smuggled)", "400"),
        // Trailers that one server interprets as fields, or as the next request.
        ParserCase("\(chunked)0↵Content-Length: 35↵↵\(smuggled)", "POST /", "GET /smuggled"),
        ParserCase("\(chunked)0↵Transfer-Encoding: chunked↵↵\(smuggled)", "POST /", "GET /smuggled"),
        ParserCase("\(chunked)0↵X: y\n\n\(smuggled)", "400"),
        ParserCase("\(chunked)0↵X: y\r\r\(smuggled)", "400"),
        ParserCase("\(chunked)0↵X↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)0↵X : y↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)0↵ ↵↵\(smuggled)", "400"),
        ParserCase("\(chunked)0↵\n\(smuggled)", "400"),
        // Heads whose ends are at different positions for the two servers.
        ParserCase("\(get)X: y\n\n\(smuggled)", "400"),
        ParserCase("\(get)X: y\n\r\n\(smuggled)", "400"),
        ParserCase("\(get)X: y↵\n\(smuggled)", "400"),
        ParserCase("\(get)X: y\r\r\(smuggled)", "400"),
        ParserCase("\(get)X: y\r\n\r\r\n\(smuggled)", "400"),
        ParserCase("\(get)X: y↵ ↵\(smuggled)", "400"),
        ParserCase("\(get)X: y↵\0↵\(smuggled)", "400"),
        ParserCase("\(get)X: \u{E5}\u{98}\u{8A}\u{E5}\u{98}\u{8D}↵↵", "GET /"),
        ParserCase("GET / HTTP/1.1↵Host: a↵X:↵↵\(smuggled)", "GET /", "GET /smuggled"),
        // Two hosts, or a host that the two servers interpret differently.
        ParserCase("GET http://b/ HTTP/1.1↵Host: a↵Host: b↵↵", "400"),
        ParserCase("GET / HTTP/1.1↵Host: a↵Host : b↵↵", "400"),
        ParserCase("GET / HTTP/1.1↵Host: a↵ Host: b↵↵", "400"),
        ParserCase("GET / HTTP/1.1↵Host: a\0.b↵↵", "400"),
        ParserCase("GET / HTTP/1.1↵Host: a:80@b↵↵", "400"),
        ParserCase("GET http://a@b/ HTTP/1.1↵Host: a↵↵", "400"),
        ParserCase("GET http://a\\@b/ HTTP/1.1↵Host: a↵↵", "400"),
        ParserCase("GET @b/ HTTP/1.1↵Host: a↵↵", "400"),
        // A request line that contains two, or one of HTTP/0.9.
        ParserCase("GET / HTTP/1.1 GET /smuggled HTTP/1.1↵Host: a↵↵", "400"),
        ParserCase("GET /\r\nHost: a↵↵\(smuggled)", "400"),
        ParserCase("GET / HTTP/0.9↵↵\(smuggled)", "505"),
        ParserCase("GET /%20HTTP/1.1%0d%0aHost:%20b HTTP/1.1↵Host: a↵↵", "GET /%20HTTP/1.1%0d%0aHost:%20b"),
        ParserCase("GET / HTTP/1.1\u{C4}\u{8D}\u{C4}\u{8A}Host: a↵↵", "400"),
    ]
}
