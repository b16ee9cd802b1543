import Testing

/// `POST /api/user/login`.
@Suite struct SignInTests {
    static func signIn(
        _ body: Body, gives status: Int, has present: [String] = [], part: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) -> Scenario {
        Scenario(
            "POST /api/user/login", body: body, gives: status, has: present,
            lacks: status == 200 ? [] : ["Set-Cookie", "Authorization"],
            part: status == 200 ? #"{"token":"new-"# : part,
            at: location)
    }

    static let cases: [Scenario] = [
        signIn(#"{"login":"ann","password":"secret"}"#, gives: 200, has: RegistrationTests.signedIn),
        signIn(#"{"password":"\u0073ecret","login":"\u0061nn","remember":true}"#, gives: 200),
        signIn(#"{"login":"ann","password":"Secret"}"#, gives: 401),
        signIn(#"{"login":"ann","password":"secret "}"#, gives: 401),
        signIn(#"{"login":"ann","password":"secret\u0000"}"#, gives: 401),
        signIn(#"{"login":"ann","password":"s"}"#, gives: 401),
        signIn(#"{"login":"Ann","password":"secret"}"#, gives: 401),
        signIn(#"{"login":"ann\u0000","password":"secret"}"#, gives: 401),
        signIn(#"{"login":"nobody","password":"secret"}"#, gives: 401),
        signIn(#"{"login":"\#(RegistrationTests.long)","password":"\#(RegistrationTests.longest)"}"#, gives: 401),
        signIn(#"{"login":"","password":"secret"}"#, gives: 400, part: "The login is empty."),
        signIn(#"{"login":"ann","password":""}"#, gives: 400, part: "The password is empty."),
        signIn(#"{"login":"\#(RegistrationTests.long)x","password":"p"}"#, gives: 400),
        signIn(#"{"login":"ann","password":"\#(RegistrationTests.longest)x"}"#, gives: 400),
    ]

    @Test(arguments: cases)
    func signingIn(_ scenario: Scenario) async { await scenario.run() }

    /// The response does not disclose which logins exist.
    @Test func unknownLoginAndWrongPasswordGetTheSameResponse() async {
        let unknown = await Self.signIn(#"{"login":"nobody","password":"x"}"#, gives: 401).run()
        let wrong = await Self.signIn(#"{"login":"ann","password":"x"}"#, gives: 401).run()
        #expect(unknown == wrong)
    }

    /// A password may be older than today's minimum.
    @Test func minimumLengthIsNotForSigningIn() async {
        let api = TestAPI(passwordBytesMin: 100)
        await Self.signIn(#"{"login":"ann","password":"secret"}"#, gives: 200).run(on: api)
        await Self.signIn(#"{"login":"ann","password":"s"}"#, gives: 401).run(on: api)
    }

    @Test func passwordsKeepEveryCharacter() async {
        let api = TestAPI()
        let pairs = [("d", #"a\u0000b"#), ("e", #"\u0000"#), ("f", #"\ud83d\ude00\"\\"#)]
        for (login, password) in pairs {
            await RegistrationTests.register(#"{"login":"\#(login)","password":"\#(password)"}"#, gives: 200).run(
                on: api)
        }
        for (login, password) in pairs {
            await Self.signIn(#"{"login":"\#(login)","password":"\#(password)"}"#, gives: 200).run(on: api)
        }
        await Self.signIn(#"{"login":"d","password":"a"}"#, gives: 401).run(on: api)
        await Self.signIn(#"{"login":"e","password":""}"#, gives: 400).run(on: api)
    }

    /// Signing in again opens another session and leaves the first.
    @Test func sessionsStandBesideEachOther() async {
        let api = TestAPI()
        await Self.signIn(#"{"login":"bob","password":"secret"}"#, gives: 200).run(on: api)
        await Self.signIn(#"{"login":"ann","password":"secret"}"#, gives: 200).run(on: api)
        await Scenario("GET /api/user/orders", as: "new-1", gives: 200, part: #""91""#).run(on: api)
        await Scenario("GET /api/user/orders", as: "new-2", gives: 200, part: #""042""#).run(on: api)
        await Scenario("GET /api/user/orders", as: "ann", gives: 200, part: #""042""#).run(on: api)
    }

    /// A session that a sign-in presents does not matter, whether it is valid or not.
    @Test(arguments: ["ann", "bob", "nobody"])
    func sessionIsNotLookedAt(shown: String) async {
        let body: Body = #"{"login":"ann","password":"secret"}"#
        await Scenario("POST /api/user/login", as: shown, body: body, gives: 200).run()
        await Scenario("POST /api/user/login", ["Cookie: session=\(shown)"], body: body, gives: 200).run()
    }
}
