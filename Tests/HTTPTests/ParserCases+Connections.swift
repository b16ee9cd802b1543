/// Sequences of requests on a connection (RFC 9112, sections 2.2 and 9), and expectations (RFC 9110, section 10.1.1).
extension ParserCase {
    static let connections = persistence + expectations + pipelines

    private static func request(_ version: String, _ connection: String) -> String {
        "GET / \(version)↵Host: a↵Connection: \(connection)↵↵"
    }

    private static let persistence = [
        ParserCase(request("HTTP/1.1", "close"), "GET / close"),
        ParserCase(request("HTTP/1.1", "CLOSE"), "GET / close"),
        ParserCase(request("HTTP/1.1", "\tclose "), "GET / close"),
        ParserCase(request("HTTP/1.1", "keep-alive"), "GET /"),
        ParserCase(request("HTTP/1.1", "keep-alive, close"), "GET / close"),
        ParserCase(request("HTTP/1.1", "close, keep-alive"), "GET / close"),
        ParserCase(request("HTTP/1.1", "x ,, ,\tClose\t,"), "GET / close"),
        ParserCase(request("HTTP/1.1", "x↵Connection: close"), "GET / close"),
        ParserCase(request("HTTP/1.1", "close↵Connection: keep-alive"), "GET / close"),
        ParserCase(request("HTTP/1.1", ""), "GET /"),
        ParserCase(request("HTTP/1.1", "closed, clos, x-close"), "GET /"),
        ParserCase(request("HTTP/1.1", "close keep-alive"), "GET /"),
        ParserCase(request("HTTP/1.1", "\"close\""), "GET /"),
        ParserCase(request("HTTP/1.2", "close"), "GET / close"),
        ParserCase(request("HTTP/1.0", "close"), "GET / 1.0 close"),
        ParserCase(request("HTTP/1.0", "x"), "GET / 1.0 close"),
        ParserCase(request("HTTP/1.0", "keep-alive"), "GET / 1.0"),
        ParserCase(request("HTTP/1.0", "Keep-Alive"), "GET / 1.0"),
        ParserCase(request("HTTP/1.0", "x, KEEP-ALIVE"), "GET / 1.0"),
        ParserCase(request("HTTP/1.0", "x↵Connection: keep-alive"), "GET / 1.0"),
        ParserCase(request("HTTP/1.0", "keep-alive, close"), "GET / 1.0 close"),
        ParserCase(request("HTTP/1.0", "keep-aliv, keepalive"), "GET / 1.0 close"),
        ParserCase("GET / HTTP/1.0↵Keep-Alive: timeout=5↵↵", "GET / 1.0 close"),
        ParserCase("GET / HTTP/1.0↵Proxy-Connection: keep-alive↵↵", "GET / 1.0 close"),
        ParserCase("\(get)Proxy-Connection: close↵Keep-Alive: close↵↵", "GET /"),
        ParserCase("POST / HTTP/1.0↵Connection: keep-alive↵Content-Length: 2↵↵hi", "POST / 1.0 'hi'"),
        // Connection can't remove the meaning of a field that it names, such as Host or a length.
        ParserCase(request("HTTP/1.1", "Host"), "GET /"),
        ParserCase("\(post)Connection: Content-Length↵Content-Length: 2↵↵hi", "POST / 'hi'"),
        ParserCase("\(post)Connection: Transfer-Encoding↵Transfer-Encoding: chunked↵↵0↵↵", "POST /"),
        // The server does not switch to another protocol.
        ParserCase("\(get)Connection: Upgrade↵Upgrade: websocket↵↵", "GET /"),
        ParserCase("\(get)Connection: Upgrade, HTTP2-Settings↵Upgrade: h2c↵HTTP2-Settings: AAMAAABk↵↵", "GET /"),
        ParserCase("\(get)Connection: Upgrade↵Upgrade: h2c↵↵PRI * HTTP/2.0↵↵SM↵↵", "GET /", "505"),
        ParserCase("\(get)Connection: upgrade, close↵Upgrade: TLS/1.0↵↵", "GET / close"),
    ]

    private static func expecting(_ expectation: String, _ version: String = "HTTP/1.1") -> String {
        "POST / \(version)↵Host: a↵Expect: \(expectation)↵Content-Length: 2↵↵hi"
    }

    private static let expectations = [
        ParserCase(expecting("100-continue"), "POST / 'hi'"),
        ParserCase(expecting("100-CONTINUE"), "POST / 'hi'"),
        ParserCase(expecting("100-Continue, 100-continue"), "POST / 'hi'"),
        ParserCase(expecting(", 100-continue ,"), "POST / 'hi'"),
        ParserCase(expecting(""), "POST / 'hi'"),
        ParserCase(expecting("100-continue", "HTTP/1.2"), "POST / 'hi'"),
        ParserCase("\(get)Expect: 100-continue↵↵", "GET /"),
        ParserCase(expecting("x"), "417"),
        ParserCase(expecting("100"), "417"),
        ParserCase(expecting("100-continu"), "417"),
        ParserCase(expecting("100-continuee"), "417"),
        ParserCase(expecting("200-ok"), "417"),
        ParserCase(expecting("100-continue, x"), "417"),
        ParserCase(expecting("x, 100-continue"), "417"),
        ParserCase(expecting("y 100-continue"), "417"),
        ParserCase(expecting("100-continue;x=y"), "417"),
        ParserCase(expecting("100-continue↵Expect: x"), "417"),
        ParserCase(expecting("\"100-continue\""), "417"),
        ParserCase("\(get)Expect: x↵↵", "417"),
        ParserCase(expecting("↵ 100-continue"), "400"),
        // HTTP/1.0 has no expectations.
        ParserCase(expecting("100-continue", "HTTP/1.0"), "POST / 1.0 close 'hi'"),
        ParserCase(expecting("x", "HTTP/1.0"), "POST / 1.0 close 'hi'"),
        // A request that is refused anyway is not told to continue.
        ParserCase("\(post)Expect: 100-continue↵Content-Length: 99999999↵↵", "413"),
        ParserCase("\(post)Expect: 100-continue↵Transfer-Encoding: gzip↵↵", "501"),
        ParserCase("\(post)Expect: 100-continue↵Transfer-Encoding: chunked↵↵2↵hi↵0↵↵", "POST / 'hi'"),
    ]

    private static let pipelines = [
        ParserCase(""),
        ParserCase("\(get)↵\(get)↵", "GET /", "GET /"),
        ParserCase("\(post)Content-Length: 2↵↵hi\(get)↵\(chunked)0↵↵", "POST / 'hi'", "GET /", "POST /"),
        ParserCase("\(get)↵\(get)", "GET /", "…"),
        ParserCase("\(get)↵G", "GET /", "…"),
        ParserCase("HEAD /a HTTP/1.1↵Host: a↵↵GET /b HTTP/1.1↵Host: a↵↵", "HEAD /a", "GET /b"),
        ParserCase("GET /a HTTP/1.0↵Connection: keep-alive↵↵GET /b HTTP/1.0↵↵", "GET /a 1.0", "GET /b 1.0 close"),
        // Garbage after a request does not affect that request.
        ParserCase("\(get)↵\0", "GET /", "400"),
        ParserCase("\(get)↵garbage↵↵", "GET /", "400"),
        ParserCase("\(get)↵GET / HTTP/1.1↵↵\(smuggled)", "GET /", "400"),
        ParserCase("\(get)↵\(get)Content-Length: x↵↵\(smuggled)", "GET /", "400"),
        ParserCase("\(get)↵\u{16}\u{3}\u{1}\0", "GET /", "400"),
        ParserCase("\(post)Content-Length: 2↵↵hi!↵↵\(smuggled)", "POST / 'hi'", "400"),
        // A body without an announcement is parsed as the next request, and refused.
        ParserCase("\(post)↵hello↵↵", "POST /", "400"),
        ParserCase("\(post)↵{\"a\":1}↵↵", "POST /", "400"),
        // Empty lines before a request line, which old clients send after a body.
        ParserCase("↵"),
        ParserCase("↵\r", "…"),
        ParserCase("↵\(get)↵", "GET /"),
        ParserCase("↵↵↵\(get)↵", "GET /"),
        ParserCase("\(post)Content-Length: 2↵↵hi↵\(get)↵↵↵\(get)↵↵", "POST / 'hi'", "GET /", "GET /"),
        ParserCase("\(chunked)0↵↵↵\(get)↵", "POST /", "GET /"),
        ParserCase("↵ ↵\(get)↵", "400"),
        ParserCase("↵↵\0", "400"),
        many(200),
    ]

    /// A pipeline of `count` requests, each different.
    private static func many(_ count: Int) -> ParserCase {
        var pipeline = ParserCase("")
        for index in 0..<count {
            pipeline = pipeline.followed(by: "GET /\(index) HTTP/1.1↵Host: a↵↵", "GET /\(index)")
        }
        return pipeline
    }
}
