import JSON
import Testing

@testable import Configuration

/// Values that look like a path, an address or a word, and are not.
@Suite struct RefusedValueTests {
    @Test(arguments: [
        ("host=localhost user=u password=p dbname=d", "connection string"),
        ("Data Source=martlet.db", "connection string"),
        (":memory:", "in memory"), ("file::memory:?cache=shared", "in memory"), ("sqlite://:memory:", "in memory"),
        ("file:x?cache=shared", "no ? and no #"), ("sqlite:x#y", "no ? and no #"),
        ("martlet.db?_journal=WAL", "no ?"),
        ("\"martlet.db\"", "quotation marks"), ("'martlet.db'", "quotation marks"), ("“martlet.db”", "quotation marks"),
        ("martlet.db\"", "quotation marks"), ("martlet.db\r", "carriage return"), ("martlet.db\n", "control"),
        ("mart\u{1B}let.db", "control"), ("mart\u{202E}let.db", "control"), ("\u{FEFF}martlet.db", "byte order mark"),
        ("\u{FFFD}.db", "UTF-8"), (" martlet.db", "space"), ("martlet.db\u{A0}", "space"), ("~/martlet.db", "shell"),
        ("$HOME/martlet.db", "shell"), ("${HOME}/martlet.db", "shell"), ("file:~/martlet.db", "shell"),
        ("PostgreSQL://host/db", "server"), ("mysql:host", "server"),
        ("mysql://u:p@h:3306/d", "(MySQL)"), ("sqlserver://u:p@h?database=d", "(SQL Server)"),
        ("mongodb+srv://u:p@h/d", "(MongoDB)"), ("postgresql+psycopg://u:p@h/d", "(PostgreSQL)"),
        ("jdbc:sqlite:x.db", "JDBC"), ("jdbc:oracle:thin:u/p@h:1521:d", "JDBC"), ("http://host/x.db", "scheme"),
        ("u:pw@tcp(localhost:3306)/db", "MySQL"), ("user:p@tcp(localhost:3306)/db?parseTime=true", "MySQL"),
        ("user@unix(/run/mysqld.sock)/db", "MySQL"), ("tcp(h)/db", "MySQL"), ("u:p@w@(h)/db", "MySQL"),
        ("u:pw@/db", "a user and a password"), ("u:pw@localhost/db", "a user and a password"),
        ("u:pw@h:5432/db", "a user and a password"),
        ("u/pw@h:1521/service", "Oracle"), ("user/p/w@//h:1521/service", "Oracle"), ("user/pw@h:1521", "Oracle"),
        ("localhost:5432/db", "host:port"), ("h:5432", "host:port"),
        ("Server=h;Database=d;Uid=u;Pwd=p", "connection string"), ("Driver={SQL Server};Server=h", "connection string"),
        ("C:\\martlet.db", "Windows"), ("c:/martlet.db", "Windows"), ("C:martlet.db", "Windows"),
        ("C:\\a@b:1/x.db", "Windows"), ("\\\\shop\\x.db", "Windows"), ("..\\x.db", "Windows"),
        ("file:my%20shop.db", "encodes"), ("file://shop/martlet.db", "machine"),
        ("file://martlet.db", "machine"), ("folder/", "folder"), (".", "folder"), ("a/..", "folder"), ("/", "folder"),
        ("", "empty"), ("file:", "empty"), ("-", "flag"), ("--json", "flag"), ("file:-x", "flag"),
    ])
    func otherTextsAreNoDatabase(text: String, reason: String) throws {
        #expect(DatabaseLocation(text) == nil)
        let fault = try #require(DatabaseLocation.fault(in: text))
        #expect(fault.contains(reason), "\(fault)")
    }

    @Test(arguments: [
        ("martlet.db", "martlet.db"), ("./a=b.db", "./a=b.db"), ("a b.db", "a b.db"), ("a%20b.db", "a%20b.db"),
        ("FILE:a.db", "a.db"), ("Sqlite:a.db", "a.db"), ("sqlite://a.db", "a.db"), ("file://localhost/a.db", "/a.db"),
        ("/a~b/c$.db", "/a~b/c$.db"), ("a#b.db", "a#b.db"), ("магазин.db", "магазин.db"), ("./:x:.db", "./:x:.db"),
        ("it's.db", "it's.db"), ("data/anna@shop.db", "data/anna@shop.db"), ("a@b/(1)/x.db", "a@b/(1)/x.db"),
        ("a\\b.db", "a\\b.db"), ("./u:p@tcp(h)/d", "./u:p@tcp(h)/d"),
    ])
    func pathsWithOddNamesStayPaths(text: String, path: String) {
        #expect(DatabaseLocation(text)?.path == path)
        #expect(DatabaseLocation.fault(in: text) == nil)
    }

    @Test(arguments: [
        ("a\"b\r", #""a\"b\r""#), ("postgres://u:hidden@h/d", #""postgres://***@h/d""#),
        ("postgres://u:hid@den/x@h:5/d", #""postgres://***@h:5/d""#), ("u:hidden@tcp(h)/d", #""***@tcp(h)/d""#),
        ("postgres://u:hidden", #""postgres://u:***""#), ("postgres://[::1]:5432/d", #""postgres://[::1]:5432/d""#),
        ("postgres://h:5432/d", #""postgres://h:5432/d""#),
        ("host=h password=hidden dbname=d", #""host=h password=***""#),
        ("host=h PassWord = 'hid den'", #""host=h PassWord =***""#),
        ("postgres://h/d?sslpassword=hidden", #""postgres://h/d?sslpassword=***""#),
        ("Server=h;Pwd=hidden;", #""Server=h;Pwd=***""#), (#"{"password": "hidden"}"#, #""{\"password\":***""#),
        ("user/hidden@h:1521/s", #""***@h:1521/s""#), ("jdbc:oracle:thin:u/hidden@h", #""***@h""#),
        ("mongodb+srv://u:hidden@h/d", #""mongodb+srv://***@h/d""#), ("u:hid@den@/d", #""***@/d""#),
        ("my-secret-shop.db\r", #""my-secret-shop.db\r""#), ("İ password=hidden", #""İ password=***""#),
    ])
    func aValueIsShownWithoutItsSecrets(text: String, shown: String) {
        #expect(RefusedValue.shown(text) == shown)
    }

    @Test func aValueIsShownWithABoundedLength() {
        let long = String(repeating: "\u{1B}", count: 100_000)
        #expect(RefusedValue.shown(long).utf8.count < 1000)
        #expect(RefusedValue.shownJSON("[\(long)]").utf8.count < 1000)
        #expect(RefusedValue.shownName(long).utf8.count < 1000)
    }

    @Test(arguments: [
        ("http://localhost:8080", "scheme"), ("*:8080", "every address"), ("8080", "colon"), ("localhost", "no port"),
        ("::1:80", "brackets"), ("u:p@localhost:80", "password"), ("localhost:http", "number"),
        ("localhost:80/", "path"),
        ("\"localhost:80\"", "quotation"), ("localhost:80\r", "carriage"), ("$HOST:80", "shell"),
    ])
    func malformedAddressesAreExplained(text: String, reason: String) {
        #expect(Address(text) == nil)
        #expect(Address.hint(text)?.contains(reason) == true, "\(Address.hint(text) ?? "")")
    }
}

/// Configuration files as editors write them.
@Suite struct ConfigurationFileTests {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    @Test func aByteOrderMarkIsNoPartOfTheText() throws {
        #expect(try ConfigurationFile.object(Self.mark + Array(#"{"a": 1}"#.utf8)).members.map(\.name) == ["a"])
        #expect(throws: ConfigurationError("line 2, column 3: not a JSON value")) {
            try ConfigurationFile.object(Self.mark + Array("{\"a\":\n  x}".utf8))
        }
    }

    @Test(arguments: [
        ("// of \"a\"\n{\"a\": 1} // and the end", #"{"a":1}"#), ("{//\r\n\"a\"://\n1}", #"{"a":1}"#),
        (#"{"a": "//", "b": "\"//", "c": "\\"} // "d""#, #"{"a":"//","b":"\"//","c":"\\"}"#),
        (#"{"a": "https://shop.example"}"#, #"{"a":"https://shop.example"}"#),
    ])
    func commentsEndWithTheirLine(text: String, document: String) throws {
        var writer = JSONWriter()
        writer.value(.object(try ConfigurationFile.object(Array(text.utf8))))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == document)
    }

    @Test(arguments: [
        ("", "the file is empty; {} sets nothing"), ("[]", "not a JSON object"),
        (#"{"a": 1,}"#, "line 1, column 9: a name was expected (there is a comma too many before it)"),
        (#"{"a": [1, ]}"#, "line 1, column 11: not a JSON value (there is a comma too many before it)"),
        ("/* x */\n{}", "line 1, column 1: not a JSON value (a comment begins with //)"),
        ("{}\n# x", "line 2, column 1: something after the document (a comment begins with //)"),
        ("{} / x", "line 1, column 4: something after the document (a comment begins with //)"),
        ("// {}", "line 1, column 6: the document ends early"), ("{//}", "line 1, column 5: a name was expected"),
        ("// \"\n{\"a\": // 1\n}", "line 3, column 1: not a JSON value"),
        (#"{"a": "\"// 1}"#, "line 1, column 15: the document ends early"),
        (#"{"a": NaN}"#, "line 1, column 7: not a JSON value (NaN and Infinity are not JSON numbers)"),
        (#"{"a": -Infinity}"#, "line 1, column 8: not a JSON value (NaN and Infinity are not JSON numbers)"),
        (#"{"a": True}"#, "line 1, column 7: not a JSON value (true and false have small letters)"),
        ("{'a': 1}", "line 1, column 2: a name was expected (strings have straight double quotation marks)"),
        ("{“a”: 1}", "line 1, column 2: a name was expected (strings have straight double quotation marks)"),
        (#"{"a": 1, "a": 2}"#, "line 1, column 13: a name is repeated"),
    ])
    func malformedJSONIsExplained(text: String, reason: String) {
        #expect(throws: ConfigurationError(reason)) { try ConfigurationFile.object(Array(text.utf8)) }
    }

    @Test(arguments: [[0xFF, 0xFE], [0xFE, 0xFF], []], [false, true])
    func textOfTwoBytesACharacterIsNamed(mark: [UInt8], isBig: Bool) {
        let units = #"{"a": 1}"#.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let bytes = mark + (isBig ? units : units.indices.map { units[$0 ^ 1] })
        #expect(throws: ConfigurationError("the file is UTF-16 or UTF-32, and has to be UTF-8")) {
            try ConfigurationFile.object(bytes)
        }
    }
}
