import Testing

@testable import HTTP

/// The only request of a connection's bytes.
func request(_ input: String) throws -> Request {
    var reader = Reader()
    reader.read(bytes(input)[...])
    try #require(reader.requests.count == 1)
    return reader.requests[0]
}

@Suite struct RequestTests {
    @Test(arguments: [
        ("GET / HTTP/1.1↵Host: a:8080↵↵", "a:8080"),
        ("GET http://b/ HTTP/1.1↵Host: a↵↵", "b"),
        ("GET http://b:80?c HTTP/1.1↵Host: a↵↵", "b:80"),
        ("GET https://[::1]:8443 HTTP/1.1↵Host: a↵↵", "[::1]:8443"),
        ("GET http://B HTTP/1.0↵↵", "B"),
        ("OPTIONS * HTTP/1.1↵Host: a↵↵", "a"),
        ("GET / HTTP/1.0↵↵", nil),
    ])
    func hostIsTheTargetsOrElseTheFields(input: String, host: String?) throws {
        let request = try request(input)
        #expect(request.host.map { text($0) } == host)
    }

    @Test(arguments: [
        ("/", "/"), ("/a", "/a"), ("/a?b", "/a"), ("/?", "/"), ("/a?b?c/d", "/a"), ("/a%3Fb", "/a%3Fb"),
        ("http://b?c", "/"), ("http://b/c?d", "/c"),
    ])
    func pathIsTheTargetUpToTheQuery(target: String, path: String) throws {
        let request = try request("GET \(target) HTTP/1.1↵Host: a↵↵")
        #expect(text(request.path) == path)
    }

    @Test func knowsWhatStoodOnTheRequestLine() throws {
        let request = try request("PUT /a?b HTTP/1.0↵Connection: keep-alive↵Content-Length: 3↵↵xyz")
        #expect(request.method == .put)
        #expect(text(request.target) == "/a?b")
        #expect(!request.isHTTP11)
        #expect(request.keepsAlive)
        #expect(request.body == Array("xyz".utf8))
    }

    @Test(arguments: Method.allCases)
    func methodsAreReadByTheirNames(_ method: Method) throws {
        #expect(try request("\(method.name) / HTTP/1.1↵Host: a↵↵").method == method)
        #expect(method.name == "\(method)".uppercased())
    }

    /// A name, the fields, and the cookie's value.
    private static let cookies: [(fields: String, value: String?)] = [
        ("", nil),
        ("Cookie: session=abc↵", "abc"),
        ("cOOKIE:session=abc↵", "abc"),
        ("Cookie: a=b; session=abc; c=d↵", "abc"),
        ("Cookie: a=b;session=abc;c=d↵", "abc"),
        ("Cookie:   session=abc  ;  c=d↵", "abc"),
        ("Cookie: a=b↵Cookie: session=abc↵", "abc"),
        ("Cookie: session=abc; session=def↵", "abc"),
        ("Cookie: session=abc↵Cookie: session=def↵", "abc"),
        ("Cookie: session=↵", ""),
        ("Cookie: session=; session=abc↵", ""),
        ("Cookie: session=a=b==↵", "a=b=="),
        ("Cookie: session=\"abc\"↵", "\"abc\""),
        ("Cookie: session=a,b\u{FF}↵", "a,b\u{FF}"),
        ("Cookie: session=a b↵", "a b"),
        ("Cookie: session; session=abc↵", "abc"),
        ("Cookie: ;;; session=abc↵", "abc"),
        // Another name, however much alike.
        ("Cookie: Session=abc↵", nil),
        ("Cookie: xsession=abc; session2=def↵", nil),
        ("Cookie: session =abc↵", nil),
        ("Cookie: session\t=abc↵", nil),
        ("Cookie: a=session=abc↵", nil),
        ("Cookie: a=\"; session=abc\"↵", "abc\""),
        ("Cookie: a=b, session=abc↵", nil),
        ("Cookie: =abc↵", nil),
        ("Cookie: session↵", nil),
        ("Cookie:↵", nil),
        ("Cookie2: session=abc↵X-Cookie: session=abc↵Set-Cookie: session=abc↵", nil),
    ]

    @Test(arguments: cookies)
    func findsTheCookie(fields: String, value: String?) throws {
        let request = try request("\(get)\(fields)↵")
        let cookie = request.cookie("session")
        #expect(cookie.map { text($0) } == value)
    }
}

@Suite struct HeadersTests {
    private func headers(_ fields: String) throws -> Headers {
        try request("GET / HTTP/1.0↵\(fields)↵").headers
    }

    @Test(arguments: [
        ("X: a↵", ["a"]), ("x:a↵", ["a"]), ("X:\t a \t↵", ["a"]), ("X:↵", [""]), ("X: \t ↵", [""]),
        ("X: a  b\tc↵", ["a  b\tc"]), ("X: a↵X: b↵x: a↵", ["a", "b", "a"]), ("X: a↵Y: b↵X: c↵", ["a", "c"]),
        ("XX: a↵", []), ("Y: X: a↵", []), ("", []), ("X: :a:↵", [":a:"]), ("X: \u{80}\u{FF}↵", ["\u{80}\u{FF}"]),
    ])
    func findsFieldsByName(fields: String, values: [String]) throws {
        let headers = try headers(fields)
        #expect(headers.all("x").map { text($0) } == values)
        #expect(headers["x"].map { text($0) } == values.first)
        #expect(headers.count(of: "x") == values.count)
    }

    @Test(arguments: [
        ("", []), ("X:↵", []), ("X: ,↵", []), ("X: , \t,,↵", []),
        ("X: a↵", ["a"]), ("X: a,b↵", ["a", "b"]), ("X: a , b\t,\tc↵", ["a", "b", "c"]), ("X: ,a,,b,↵", ["a", "b"]),
        ("X: a↵X: b, c↵", ["a", "b", "c"]), ("X: a,↵X: ,b↵", ["a", "b"]), ("X: A b;q=1, c↵", ["A b;q=1", "c"]),
        ("X: a↵Y: b↵x: c↵", ["a", "c"]), ("X: \u{A0},\u{FF}↵", ["\u{A0}", "\u{FF}"]),
    ])
    func listsElements(fields: String, elements: [String]) throws {
        let list = try headers(fields).list("x")
        #expect(list.map { text($0) } == elements)
    }

    @Test(arguments: [
        ("", ""), (" ", ""), (" \t ", ""), ("a", "a"), (" a", "a"), ("a\t", "a"), ("\t a b \t", "a b"),
        ("\u{A0}a\u{B}", "\u{A0}a\u{B}"), ("\na\r", "\na\r"),
    ])
    func trimsSpacesAndTabsAlone(untrimmed: String, trimmed: String) {
        let padded = bytes("  \(untrimmed)  ")
        #expect(text(padded[2..<(padded.count - 2)].trimmed) == trimmed)
    }

    @Test(arguments: [
        ("abc", "abc", true, true), ("ABC", "abc", false, true), ("aBc-1", "abc-1", false, true), ("", "", true, true),
        ("ab", "abc", false, false), ("abcd", "abc", false, false), ("abd", "abc", false, false),
        ("bbc", "abc", false, false), ("", "a", false, false),
        // Bytes that differ by the bit that makes letters small.
        ("@", "`", false, false), ("[", "{", false, false), ("\u{1}", "!", false, false), ("\r", "-", false, false),
        ("\u{C0}", "\u{E0}", false, false),
    ])
    func comparesWithWords(candidate: String, word: String, equals: Bool, equalsIgnoringCase: Bool) {
        let slice = bytes("x\(candidate)x").dropFirst().dropLast()
        #expect(slice.equals(word) == equals)
        #expect(slice.equalsIgnoringCase(word) == equalsIgnoringCase)
    }
}
