import Testing

/// `GET /api/user`: the user who is signed in.
@Suite struct ProfileTests {
    static let ann = #"{"login":"ann","created_at":"2020-12-10T15:15:45Z"}"#

    @Test(arguments: [
        Scenario("GET /api/user", as: "ann", gives: 200, has: ["Cache-Control: private, no-cache"], text: ann),
        Scenario("GET /api/user?x", ["Cookie: session=ann"], gives: 200, text: ann),
        Scenario("HEAD /api/user", as: "ann", gives: 200, has: ["Content-Length: 51"], text: ""),
        Scenario("GET /api/user", as: "ann", ["If-None-Match: *"], gives: 304),
        Scenario("GET /api/user", as: "bob", gives: 200, part: #""login":"bob""#),
        Scenario("GET /api/user", gives: 401, has: ["WWW-Authenticate: Bearer", "Cache-Control: no-store"]),
        Scenario("GET /api/user", as: "nobody", gives: 401),
        Scenario("POST /api/user", as: "ann", gives: 405),
    ])
    func profile(_ scenario: Scenario) async { await scenario.run() }

    /// A login may have any characters but U+0000.
    @Test(arguments: [#"a\"\\\n"#, #"\u0001"#, "анна", "</script>"])
    func anyLoginIsShownAsItIs(login: String) async {
        let api = TestAPI()
        await RegistrationTests.register(#"{"login":"\#(login)","password":"p"}"#, gives: 200).run(on: api)
        await Scenario("GET /api/user", as: "new-1", gives: 200, part: #"{"login":"\#(login)","created_at":"#).run(
            on: api)
    }
}
