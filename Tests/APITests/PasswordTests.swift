import Testing

/// `POST /api/user/password`.
@Suite struct PasswordTests {
    static func change(
        _ body: Body, as user: String? = "ann", gives status: Int, part: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) -> Scenario {
        Scenario(
            "POST /api/user/password", as: user, body: body, gives: status, lacks: ["Set-Cookie", "Authorization"],
            text: status == 204 ? "" : nil, part: part, at: location)
    }

    static let cases: [Scenario] = [
        change(#"{"current":"secret","new":"better"}"#, gives: 204),
        change(#"{"new":"\u0000","current":"secret","x":1}"#, gives: 204),
        change(#"{"current":"secret","new":"secret"}"#, gives: 204),
        change(#"{"current":"Secret","new":"better"}"#, gives: 403, part: "The current password is wrong."),
        change(#"{"current":"secret ","new":"better"}"#, gives: 403),
        change(#"{"current":"secret","new":""}"#, gives: 400),
        change(#"{"current":"","new":"better"}"#, gives: 400),
        change(#"{"current":"secret","new":"\#(RegistrationTests.longest)"}"#, gives: 204),
        change(#"{"current":"secret","new":"\#(RegistrationTests.longest)x"}"#, gives: 400),
        change(#"{"current":"\#(RegistrationTests.longest)x","new":"better"}"#, gives: 400),
        change(#"{"current":"secret"}"#, gives: 400),
        change(#"{"new":"better"}"#, gives: 400),
        change(#"{"current":"secret","new":1}"#, gives: 400),
        change("[]", gives: 400),
        change("", gives: 400),
        change("{", gives: 400),
        change(#"{"current":"secret","new":"better"}"#, as: "nobody", gives: 401),
        change("{", as: nil, gives: 401),
    ]

    @Test(arguments: cases)
    func changing(_ scenario: Scenario) async { await scenario.run() }

    @Test func otherSessionsEndAndTheNewPasswordIsTheOnlyOne() async {
        let api = TestAPI()
        api.addSession("phone", of: "ann")
        for session in ["ann", "phone", "bob"] {
            await Scenario("GET /api/user/balance", as: session, gives: 200).run(on: api)
        }
        await Self.change(#"{"current":"secret","new":"better"}"#, gives: 204).run(on: api)
        for (session, status) in [("ann", 200), ("phone", 401), ("bob", 200)] {
            await Scenario("GET /api/user/balance", as: session, gives: status).run(on: api)
        }
        await SignInTests.signIn(#"{"login":"ann","password":"secret"}"#, gives: 401).run(on: api)
        await SignInTests.signIn(#"{"login":"ann","password":"better"}"#, gives: 200).run(on: api)
        await SignInTests.signIn(#"{"login":"bob","password":"secret"}"#, gives: 200).run(on: api)
    }

    @Test func aRefusedChangeEndsNoSession() async {
        let api = TestAPI(passwordBytesMin: 8)
        api.addSession("phone", of: "ann")
        await Self.change(#"{"current":"secret","new":"1234567"}"#, gives: 400, part: "shorter than 8").run(on: api)
        await Self.change(#"{"current":"guess","new":"12345678"}"#, gives: 403).run(on: api)
        await Scenario("GET /api/user/balance", as: "phone", gives: 200).run(on: api)
        await SignInTests.signIn(#"{"login":"ann","password":"secret"}"#, gives: 200).run(on: api)
    }
}
