import HTTP
import TestSupport
import Testing

/// The cookie that distinguishes the owner of an account from other clients at the same address.
@Suite struct DeviceTests {
    private static let right: Body = #"{"login":"ann","password":"secret"}"#
    private static let guess: Body = #"{"login":"ann","password":"guess"}"#

    private static func handedOut(_ number: Int) -> String {
        "device=\(CountedTokens.device(number)); Path=/api/user; HttpOnly; SameSite=Lax; Max-Age=31536000; "
            + "Expires=Fri, 10 Dec 2021 15:15:45 GMT"
    }

    private static func showing(_ device: String) -> [String] { ["Cookie: device=\(device)"] }

    private func cookies(
        _ path: String = "login", showing fields: [String] = [], body: Body = right, gives status: Int = 200,
        on api: TestAPI
    ) async -> [String] {
        let response = await Scenario("POST /api/user/\(path)", fields, body: body, gives: status).run(on: api)
        return response.fields.filter { $0.hasPrefix("Set-Cookie: ") }.map { String($0.dropFirst(12)) }
    }

    private func session(_ number: Int) -> String {
        "session=new-\(number); Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Expires=\(RegistrationTests.expiry)"
    }

    @Test func itsCookieFollowsThatOfTheSession() async {
        let api = TestAPI()
        #expect(await cookies(on: api) == [session(1), Self.handedOut(1)])
        let new: Body = #"{"login":"new","password":"p"}"#
        #expect(await cookies("register", body: new, on: api) == [session(2), Self.handedOut(2)])
        #expect(await cookies(body: Self.guess, gives: 401, on: api) == [])
    }

    @Test func itIsSecureAsTheSessionIs() async {
        let api = TestAPI { $0.cookieIsSecure = true }
        #expect(await cookies(on: api) == [session(1) + "; Secure", Self.handedOut(1) + "; Secure"])
    }

    struct Case: Sendable {
        let fields: [String]
        let isKnown: Bool
    }

    /// Device 1 is ann's, and device 2 is bob's.
    private static let cases: [Case] = [
        Case(fields: showing(CountedTokens.device(1)), isKnown: true),
        Case(fields: ["Cookie: session=x; device=\(CountedTokens.device(1)); a=b"], isKnown: true),
        Case(fields: ["Cookie: session=x", "Cookie: device=\(CountedTokens.device(1))"], isKnown: true),
        Case(
            fields: ["Cookie: $Version=\"1\"; device=\"\(CountedTokens.device(1))\";$Path=\"/api/user\""], isKnown: true
        ),
        Case(fields: ["Cookie: device=pixel; device=\(CountedTokens.device(1))"], isKnown: true),
        Case(fields: [], isKnown: false),
        Case(fields: showing(CountedTokens.device(2)), isKnown: false),
        Case(fields: showing(CountedTokens.device(9)), isKnown: false),
        Case(fields: showing(""), isKnown: false),
        Case(fields: showing("ann"), isKnown: false),
        Case(fields: showing(CountedTokens.device(1) + "1"), isKnown: false),
        Case(fields: showing("\"\(CountedTokens.device(1))\""), isKnown: true),
        Case(fields: showing(String(repeating: "x", count: 8000)), isKnown: false),
        Case(fields: showing(String(repeating: "é", count: 11)), isKnown: false),
        Case(fields: ["Cookie: Device=\(CountedTokens.device(1))"], isKnown: false),
        Case(fields: ["Device: \(CountedTokens.device(1))"], isKnown: false),
    ]

    /// A client that presents its device gets no new one, and does not wait for others at the address.
    @Test(arguments: cases) func itIsKnownForItsLoginAlone(_ test: Case) async {
        let api = TestAPI()
        _ = await cookies(on: api)
        _ = await cookies(body: #"{"login":"bob","password":"secret"}"#, on: api)
        #expect(
            await cookies(showing: test.fields, on: api) == [session(3)] + (test.isKnown ? [] : [Self.handedOut(3)]))
        for _ in 0..<5 { _ = await cookies(body: Self.guess, gives: 401, on: api) }
        _ = await cookies(body: Self.guess, gives: 429, on: api)
        _ = await cookies(showing: test.fields, gives: test.isKnown ? 200 : 429, on: api)
    }

    /// The device is not a credential: without the password it opens nothing, and guesses that present it are delayed
    /// as well.
    @Test func aDeviceAloneOpensNothing() async {
        let api = TestAPI()
        _ = await cookies(on: api)
        let fields = Self.showing(CountedTokens.device(1))
        await Scenario("GET /api/user/balance", fields, gives: 401).run(on: api)
        for _ in 0..<5 { #expect(await cookies(showing: fields, body: Self.guess, gives: 401, on: api) == []) }
        #expect(await cookies(showing: fields, gives: 429, on: api) == [])
        // Other attempts at the address are not delayed.
        #expect(await cookies(on: api).count == 2)
    }
}
