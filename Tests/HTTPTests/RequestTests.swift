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
    func hostIsThatOfTheTargetOrElseOfTheField(input: String, host: String?) throws {
        let request = try request(input)
        #expect(request.host.map { text($0) } == host)
    }

    @Test(arguments: [
        ("/", "/"), ("/a", "/a"), ("/a?b", "/a"), ("/?", "/"), ("/a?b?c/d", "/a"), ("/a%3Fb", "/a%3Fb"),
        ("http://b?c", "/"), ("http://b/c?d", "/c"),
    ])
    func pathIsTheTargetBeforeTheQuery(target: String, path: String) throws {
        let request = try request("GET \(target) HTTP/1.1↵Host: a↵↵")
        #expect(text(request.path) == path)
    }

    @Test func hasThePartsOfTheRequestLine() throws {
        let request = try request("PUT /a?b HTTP/1.0↵Connection: keep-alive↵Content-Length: 3↵↵xyz")
        #expect(request.method == .put)
        #expect(text(request.target) == "/a?b")
        #expect(!request.isHTTP11)
        #expect(request.keepsAlive)
        #expect(request.body == Array("xyz".utf8))
    }

    @Test(arguments: Method.allCases)
    func methodsAreParsedByTheirNames(_ method: Method) throws {
        #expect(try request("\(method.name) / HTTP/1.1↵Host: a↵↵").method == method)
        #expect(method.name == "\(method)".uppercased())
    }

    /// The fields, and the values of the cookies of the name.
    private static let cookies: [(fields: String, values: [String])] = [
        ("", []),
        ("Cookie: session=abc↵", ["abc"]),
        ("cOOKIE:session=abc↵", ["abc"]),
        ("Cookie: a=b; session=abc; c=d↵", ["abc"]),
        ("Cookie: a=b;session=abc;c=d↵", ["abc"]),
        ("Cookie:   session=abc  ;  c=d↵", ["abc"]),
        ("Cookie: a=b↵Cookie: session=abc↵", ["abc"]),
        ("Cookie: session=abc; session=def↵", ["abc", "def"]),
        ("Cookie: session=abc↵Cookie: session=def↵", ["abc", "def"]),
        ("Cookie: session=abc; session=abc; session=\"abc\"↵", ["abc"]),
        ("Cookie: session=↵", [""]),
        ("Cookie: session=; session=abc↵", ["", "abc"]),
        ("Cookie: session=a=b==↵", ["a=b=="]),
        ("Cookie: session=a,b\u{FF}↵", ["a,b\u{FF}"]),
        ("Cookie: session=a b↵", ["a b"]),
        ("Cookie: session; session=abc↵", ["abc"]),
        ("Cookie: ;;; session=abc↵", ["abc"]),
        ("Cookie: session = abc ; c=d↵", ["abc"]),
        ("Cookie: session\t=abc↵", ["abc"]),
        // Quotes around a value are removed; a single quote is a part of the value.
        ("Cookie: session=\"abc\"↵", ["abc"]),
        ("Cookie: $Version=\"1\"; session=\"abc\"; $Path=\"/\"; $Domain=\"localhost.local\"↵", ["abc"]),
        ("Cookie: $Version=1; session=\"abc\";$Path=\"/\"↵", ["abc"]),
        ("Cookie: session=\"\"↵", [""]),
        ("Cookie: session=\"↵", ["\""]),
        ("Cookie: session=\"abc↵", ["\"abc"]),
        ("Cookie: session=\"\"abc\"\"↵", ["\"abc\""]),
        ("Cookie: a=\"; session=abc\"↵", ["abc\""]),
        // Similar names are other names.
        ("Cookie: Session=abc↵", []),
        ("Cookie: xsession=abc; session2=def; $session=ghi↵", []),
        ("Cookie: \"session\"=abc↵", []),
        ("Cookie: a=session=abc↵", []),
        ("Cookie: a=b, session=abc↵", []),
        ("Cookie: =abc↵", []),
        ("Cookie: session↵", []),
        ("Cookie:↵", []),
        ("Cookie2: session=abc↵X-Cookie: session=abc↵Set-Cookie: session=abc↵", []),
    ]

    @Test(arguments: cookies)
    func findsTheCookies(fields: String, values: [String]) throws {
        let request = try request("\(get)\(fields)↵")
        #expect(request.cookies("session", countMax: 100).map { text($0) } == values)
        #expect(request.cookies("session", countMax: 1).map { text($0) } == Array(values.prefix(1)))
    }

    @Test func unwantedCookiesDoNotCountTowardsTheLimit() throws {
        let request = try request("\(get)Cookie: s=; s=1; s=; s=22; s=2; s=3; s=4↵↵")
        #expect(request.cookies("s", countMax: 3) { $0.count == 1 }.map { text($0) } == ["1", "2", "3"])
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
        let name = FieldName("X")
        let headers = try headers(fields)
        #expect(headers.all(name).map { text($0) } == values)
        #expect(headers[name].map { text($0) } == values.first)
        #expect(headers.count(of: name) == values.count)
    }

    @Test(arguments: [
        ("", []), ("X:↵", []), ("X: ,↵", []), ("X: , \t,,↵", []),
        ("X: a↵", ["a"]), ("X: a,b↵", ["a", "b"]), ("X: a , b\t,\tc↵", ["a", "b", "c"]), ("X: ,a,,b,↵", ["a", "b"]),
        ("X: a↵X: b, c↵", ["a", "b", "c"]), ("X: a,↵X: ,b↵", ["a", "b"]), ("X: A b;q=1, c↵", ["A b;q=1", "c"]),
        ("X: a↵Y: b↵x: c↵", ["a", "c"]), ("X: \u{A0},\u{FF}↵", ["\u{A0}", "\u{FF}"]),
    ])
    func listsElements(fields: String, elements: [String]) throws {
        let list = try headers(fields).list(FieldName("X"))
        #expect(list.map { text($0) } == elements)
    }

    @Test(arguments: [
        ("", ""), (" ", ""), (" \t ", ""), ("a", "a"), (" a", "a"), ("a\t", "a"), ("\t a b \t", "a b"),
        ("\u{A0}a\u{B}", "\u{A0}a\u{B}"), ("\na\r", "\na\r"),
    ])
    func trimsSpacesAndTabsOnly(untrimmed: String, trimmed: String) {
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

@Suite("Field names") struct FieldNameTests {
    @Test("Letter case does not matter", arguments: ["X-Y", "x-y", "X-y"]) func letterCase(name: String) throws {
        let headers = try request("GET / HTTP/1.0↵x-Y: a↵↵").headers
        #expect(FieldName(name) == FieldName("x-y"))
        #expect(headers[FieldName(name)].map { text($0) } == "a")
        #expect(headers[.host] == nil)
    }
}
