import Testing

/// Every route that reads JSON reads it in the same way.
@Suite struct JSONBodyTests {
    struct Route: Sendable, CustomTestStringConvertible {
        let path: String
        /// Members of an object that the route takes, without the braces.
        let members: String
        /// The names of these members.
        let names: [String]
        var testDescription: String { path }

        func response(_ body: Body, gives status: Int, part: String?, at location: SourceLocation) async {
            await Scenario("POST \(path)", as: "ann", body: body, gives: status, part: part, at: location).run()
        }
    }

    static let routes = [
        Route(path: "/api/user/register", members: #""login":"dave","password":"p""#, names: ["login", "password"]),
        Route(path: "/api/user/login", members: #""login":"ann","password":"secret""#, names: ["login", "password"]),
        Route(path: "/api/user/balance/withdraw", members: #""order":"18","sum":1"#, names: ["order", "sum"]),
    ]

    /// A body made from a route's members, and its status.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let status: Int
        let part: String?
        let location: SourceLocation
        let body: @Sendable (_ members: String) -> Body
        var testDescription: String { "\(name) gives \(status)" }

        init(
            _ name: String, gives status: Int, part: String? = nil, at location: SourceLocation = #_sourceLocation,
            _ body: @escaping @Sendable (_ members: String) -> Body
        ) {
            (self.name, self.status, self.part, self.location, self.body) = (name, status, part, location, body)
        }
    }

    /// The value of an unknown key: arrays nested to this depth.
    static func nested(_ count: Int) -> String {
        #","x":"# + String(repeating: "[", count: count) + String(repeating: "]", count: count)
    }

    /// The value of an unknown key: an array of this length.
    static func values(_ count: Int) -> String {
        #","x":[\#([String](repeating: "0", count: count).joined(separator: ","))]"#
    }

    static let emptyTexts = Array("[\([String](repeating: "\"\"", count: 2_700).joined(separator: ","))]".utf8)

    static let notJSON = "The body is not JSON"

    static let cases: [Case] = [
        Case("plain", gives: 200) { "{\($0)}" },
        Case("white space around", gives: 200) { " \t\r\n{\($0)}\n\r\t " },
        Case("white space inside", gives: 200) { "{\n \($0.replacing(":", with: "\t:\r\n ")) }" },
        Case("an unknown key", gives: 200) { #"{\#($0),"remember":true}"# },
        Case("unknown keys first", gives: 200) { #"{"a":null,"b":{"login":1,"sum":"x","c":[1,{}]},\#($0)}"# },
        Case("keys of other case", gives: 200) { #"{\#($0),"Login":1,"LOGIN":2,"Password":3,"Sum":4}"# },
        Case("as deep as may be", gives: 200) { "{\($0)\(nested(31))}" },
        Case("deeper", gives: 400, part: "nested deeper than 32") { "{\($0)\(nested(32))}" },
        Case("much deeper", gives: 400) { "{\($0)\(nested(4_000))}" },
        Case("a bomb of brackets", gives: 400) { _ in Body([UInt8](repeating: 0x5B, count: 8_192)) },
        // The object and its members are values too.
        Case("as many values as may be", gives: 200) { "{\($0)\(values(252))}" },
        Case("more values", gives: 400, part: "more than 256 values") { "{\($0)\(values(253))}" },
        Case("an array of empty texts", gives: 400, part: "not a JSON object") { _ in Body(emptyTexts) },
        Case("nothing", gives: 400, part: notJSON) { _ in "" },
        Case("white space alone", gives: 400, part: notJSON) { _ in " \n" },
        Case("no JSON", gives: 400, part: notJSON) { _ in "login=ann&password=secret" },
        Case("cut", gives: 400, part: notJSON) { "{\($0)" },
        Case("something after it", gives: 400, part: notJSON) { "{\($0)}x" },
        Case("two documents", gives: 400, part: notJSON) { "{\($0)}{\($0)}" },
        Case("a comma too many", gives: 400, part: notJSON) { "{\($0),}" },
        Case("a comment", gives: 400, part: notJSON) { "{\($0)/**/}" },
        Case("single quotes", gives: 400, part: notJSON) { "{\($0.replacing("\"", with: "'"))}" },
        Case("an unquoted key", gives: 400, part: notJSON) { "{\($0),x:1}" },
        Case("NaN", gives: 400, part: notJSON) { #"{\#($0),"x":NaN}"# },
        Case("a number with a leading zero", gives: 400, part: notJSON) { #"{\#($0),"x":01}"# },
        Case("a control character in a string", gives: 400, part: notJSON) { "{\($0),\"x\":\"\u{1}\"}" },
        Case("a NUL", gives: 400, part: notJSON) { "{\($0)}\0" },
        Case("half a surrogate pair", gives: 400, part: notJSON) { #"{\#($0),"x":"\ud83d"}"# },
        Case("the other half", gives: 400, part: notJSON) { #"{\#($0),"x":"\ude00"}"# },
        Case("an unknown escape", gives: 400, part: notJSON) { #"{\#($0),"x":"\a"}"# },
        Case("a byte order mark", gives: 200) { "\u{FEFF}{\($0)}" },
        Case("a byte order mark and white space", gives: 200) { "\u{FEFF}\r\n{\($0)}" },
        Case("two byte order marks", gives: 400, part: "at byte 3.") { "\u{FEFF}\u{FEFF}{\($0)}" },
        Case("a byte order mark behind white space", gives: 400, part: "at byte 1.") { " \u{FEFF}{\($0)}" },
        Case("a byte order mark at the end", gives: 400, part: notJSON) { "{\($0)}\u{FEFF}" },
        Case("a byte order mark alone", gives: 400, part: "at byte 3.") { _ in "\u{FEFF}" },
        Case("half a byte order mark", gives: 400, part: notJSON) { Body([0xEF, 0xBB] + Array("{\($0)}".utf8)) },
        Case("UTF-16 with its mark", gives: 400, part: notJSON) {
            Body([0xFF, 0xFE] + "{\($0)}".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        },
        Case("UTF-16", gives: 400, part: notJSON) {
            Body("{\($0)}".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        },
        Case("a byte that is not UTF-8", gives: 400, part: "not UTF-8") { broken($0, [0xFF]) },
        Case("an overlong encoding", gives: 400, part: "not UTF-8") { broken($0, [0xC0, 0x80]) },
        Case("a surrogate in UTF-8", gives: 400, part: "not UTF-8") { broken($0, [0xED, 0xA0, 0x80]) },
        Case("a character that is cut", gives: 400, part: "not UTF-8") { broken($0, [0xE2, 0x82]) },
        Case("a key twice", gives: 400, part: "a name is repeated") { "{\($0),\($0)}" },
        Case("an unknown key twice", gives: 400, part: "a name is repeated") { #"{\#($0),"x":1,"x":1}"# },
        Case("a key twice, escaped", gives: 400, part: "a name is repeated") { #"{\#($0),"x":1,"\u0078":1}"# },
        Case("an array", gives: 400, part: "not a JSON object") { "[{\($0)}]" },
        Case("an empty array", gives: 400, part: "not a JSON object") { _ in "[]" },
        Case("a string", gives: 400, part: "not a JSON object") { _ in #""ann""# },
        Case("a number", gives: 400, part: "not a JSON object") { _ in "18" },
        Case("null", gives: 400, part: "not a JSON object") { _ in "null" },
        Case("true", gives: 400, part: "not a JSON object") { _ in "true" },
        Case("an empty object", gives: 400, part: #"is not a string"#) { _ in "{}" },
        Case("an object in an object", gives: 400, part: #"is not a string"#) { #"{"user":{\#($0)}}"# },
    ]

    /// A string of an unknown key has bytes that are not text.
    private static func broken(_ members: String, _ bytes: [UInt8]) -> Body {
        Body(Array(#"{\#(members),"x":""#.utf8) + bytes + Array(#""}"#.utf8))
    }

    @Test(arguments: routes, cases)
    func body(route: Route, example: Case) async {
        await route.response(
            example.body(route.members), gives: example.status, part: example.part, at: example.location)
    }

    /// Each member is required and has one type. The detail names a member that is missing or wrong.
    @Test(arguments: routes)
    func memberOfAnotherTypeIsNamed(route: Route) async {
        for name in route.names {
            let others = route.names.filter { $0 != name }.map { #""\#($0)":\#($0 == "sum" ? "1" : #""18""#)"# }
            for value in ["null", "true", "false", "{}", "[]", "[\"18\"]", name == "sum" ? "\"5 \"" : "5", nil] {
                let member = value.map { [#""\#(name)":\#($0)"#] } ?? []
                let body = "{" + (others + member).joined(separator: ",") + "}"
                let kind = name == "sum" ? "number" : "string"
                let part = #"\"\#(name)\" is not a \#(kind)."#
                await route.response("\(body)", gives: 400, part: part, at: #_sourceLocation)
            }
        }
    }

    /// The media type of the body is not checked.
    @Test(arguments: routes, ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense", ""])
    func contentTypeIsNotChecked(route: Route, type: String) async {
        let body: Body = "{\(route.members)}"
        await Scenario("POST \(route.path)", as: "ann", ["Content-Type: \(type)"], body: body, gives: 200).run()
    }
}
