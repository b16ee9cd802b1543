import API
import Loyalty
import TestSupport
import Testing

/// `POST /api/user/register`, and the response of signing in.
@Suite struct RegistrationTests {
    static func register(
        _ body: Body, gives status: Int, has present: [String] = [], part: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) -> Scenario {
        Scenario(
            "POST /api/user/register", body: body, gives: status, has: present,
            lacks: status == 200 ? [] : ["Set-Cookie", "Authorization"],
            part: status == 200 ? #"{"token":"new-"# : part,
            at: location)
    }

    static let signedIn = [
        "Set-Cookie: session=new-1; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Expires=\(expiry)",
        "Authorization: Bearer new-1", "Content-Type: application/json", "Cache-Control: no-store",
    ]
    /// Thirty days after the clock of the tests.
    static let expiry = "Sat, 09 Jan 2021 15:15:45 GMT"
    static let long = String(repeating: "x", count: 256)
    static let longest = String(repeating: long, count: 4)

    static let cases: [Scenario] = [
        register(#"{"login":"dave","password":"p"}"#, gives: 200, has: signedIn),
        register(#"{"password":"p","login":"d"}"#, gives: 200, has: signedIn),
        register(#"{"login":"ann ","password":"p"}"#, gives: 200),
        register(#"{"login":"Ann","password":"p"}"#, gives: 200),
        register(#"{"login":"анна","password":"пароль"}"#, gives: 200),
        register(#"{"login":" ","password":" "}"#, gives: 200),
        register(#"{"login":"d","password":"\u0000"}"#, gives: 200),
        // Not every store can keep it.
        register(#"{"login":"\u0000","password":"p"}"#, gives: 400, part: "U+0000"),
        register(#"{"login":"da\u0000ve","password":"p"}"#, gives: 400, part: "U+0000"),
        register(#"{"login":"a\"\\\n","password":"\ud83d\ude00"}"#, gives: 200),
        register(#"{"login":"' OR 1=1; --","password":"p"}"#, gives: 200),
        register(#"{"login":"\#(long)","password":"p"}"#, gives: 200),
        register(#"{"login":"\#(long)x","password":"p"}"#, gives: 400, part: "longer than 256 bytes"),
        // Bytes count, not characters.
        register(#"{"login":"\#(String(repeating: "я", count: 128))","password":"p"}"#, gives: 200),
        register(#"{"login":"\#(String(repeating: "я", count: 129))","password":"p"}"#, gives: 400),
        register(#"{"login":"d","password":"\#(longest)"}"#, gives: 200),
        register(#"{"login":"d","password":"\#(longest)x"}"#, gives: 400, part: "longer than 1024 bytes"),
        register(#"{"login":"d","password":"\#(String(repeating: "я", count: 512))"}"#, gives: 200),
        register(#"{"login":"d","password":"\#(String(repeating: "я", count: 513))"}"#, gives: 400),
        register(#"{"login":"d","password":"\#(String(repeating: "\\u0000", count: 1024))"}"#, gives: 200),
        register(#"{"login":"","password":"p"}"#, gives: 400, part: "The login is empty."),
        register(#"{"login":"d","password":""}"#, gives: 400, part: "The password is empty."),
        register(#"{"login":"ann","password":"secret"}"#, gives: 409, part: "The login is taken."),
        register(#"{"login":"ann","password":"other"}"#, gives: 409),
        register(#"{"login":"\u0061nn","password":"other"}"#, gives: 409),
        // The check of the password precedes that of the login.
        register(#"{"login":"ann","password":""}"#, gives: 400),
    ]

    @Test(arguments: cases)
    func registering(_ scenario: Scenario) async { await scenario.run() }

    @Test(arguments: [
        (1, "p", 200), (8, "1234567", 400), (8, "12345678", 200), (8, "яяяя", 200), (8, "яяя1", 400), (8, "", 400),
    ])
    func passwordHasTheConfiguredLength(bytesMin: Int, password: String, status: Int) async {
        let api = TestAPI(passwordBytesMin: bytesMin)
        await Self.register(#"{"login":"dave","password":"\#(password)"}"#, gives: status).run(on: api)
    }

    /// A closed registration refuses new logins and taken ones alike, until it is opened again. The page is told.
    @Test func aClosedRegistrationAddsNoUser() async throws {
        let api = TestAPI { $0.customerPage = ShopPage("Customer", of: Shop(), passwordBytesMin: 1) }
        let configuration = Scenario("GET /config.json", gives: 200).request
        let shop = InMemoryStaffRepository(api.repository.storage)
        let (owner, now) = (Actor(system: "root"), api.clock.now)
        _ = try await shop.apply(.setRegistration(isOpen: false), by: owner, request: nil, at: now)
        for login in ["dave", "ann"] {
            await Self.register(
                #"{"login":"\#(login)","password":"p"}"#, gives: 403, part: "Registration is closed"
            ).run(on: api)
        }
        #expect(await api.response(to: configuration).text.contains(#""registration_open":false"#))
        _ = try await shop.apply(.setRegistration(isOpen: true), by: owner, request: nil, at: now)
        #expect(await api.response(to: configuration).text.contains(#""registration_open":true"#))
        await Self.register(#"{"login":"dave","password":"p"}"#, gives: 200).run(on: api)
    }

    /// Logins are compared byte for byte: é in one character and in two are two logins.
    @Test func canonicalEquivalentsAreTwoLogins() async {
        let api = TestAPI()
        await Self.register(#"{"login":"caf\u00e9","password":"p"}"#, gives: 200).run(on: api)
        await Self.register(#"{"login":"cafe\u0301","password":"p"}"#, gives: 200).run(on: api)
        await Self.register(#"{"login":"café","password":"p"}"#, gives: 409).run(on: api)
    }

    @Test func cookieIsAsConfigured() async {
        let api = TestAPI {
            $0.cookieIsSecure = true
            $0.sessionSeconds = 60
        }
        let rest = "Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Expires=Thu, 10 Dec 2020 15:16:45 GMT; Secure"
        let cookie = "Set-Cookie: session=new-1; \(rest)"
        await Self.register(#"{"login":"dave","password":"p"}"#, gives: 200, has: [cookie]).run(on: api)
        let second = "Set-Cookie: session=new-2; \(rest)"
        await Scenario("POST /api/user/login", body: #"{"login":"dave","password":"p"}"#, gives: 200, has: [second])
            .run(on: api)
    }

    /// Both ways of presenting the new session lead to the new user.
    @Test func registeringSignsIn() async {
        let api = TestAPI()
        let response = await Self.register(#"{"login":"dave","password":"p"}"#, gives: 200).run(on: api)
        #expect(response.text == #"{"token":"new-1"}"#)
        await Scenario("POST /api/user/orders", as: "new-1", body: "00", gives: 202).run(on: api)
        await Scenario("GET /api/user/orders", ["Cookie: session=new-1"], gives: 200, part: #""number":"00""#).run(
            on: api)
        await Scenario("POST /api/user/orders", as: "ann", body: "00", gives: 409).run(on: api)
    }
}
