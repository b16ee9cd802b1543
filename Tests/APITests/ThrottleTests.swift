import API
import HTTP
import Loyalty
import Posix
import SignIn
import Synchronization
import Testing
import Web

/// 429 for clients that fail too often, and only for them.
@Suite struct ThrottleTests {
    private static let guess: Body = #"{"login":"ann","password":"guess"}"#
    private static let right: Body = #"{"login":"ann","password":"secret"}"#

    private func signIn(_ body: Body, gives status: Int, has fields: [String] = [], on api: TestAPI) async {
        await Scenario("POST /api/user/login", body: body, gives: status, has: fields).run(on: api)
    }

    @Test func failuresAreSlowedWithAGrowingDelay() async {
        let api = TestAPI()
        for _ in 0..<5 { await signIn(Self.guess, gives: 401, on: api) }
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] as [Int64] {
            // The right password waits as well. A response that depends on it would disclose it.
            for body in [Self.guess, Self.right] {
                await signIn(body, gives: 429, has: ["Retry-After: \(seconds)"], on: api)
            }
            api.clock.advance(byMilliseconds: seconds * 1000 - 1)
            await signIn(Self.right, gives: 429, has: ["Retry-After: 1"], on: api)
            api.clock.advance(byMilliseconds: 1)
            await signIn(Self.guess, gives: 401, on: api)
        }
        api.clock.advance(bySeconds: 60)
        await signIn(Self.right, gives: 200, on: api)
        for _ in 0..<5 { await signIn(Self.guess, gives: 401, on: api) }
    }

    @Test func anUnknownLoginIsSlowedAsAWrongPassword() async {
        var responses: [[ClientResponse]] = []
        for login in ["ann", "nobody"] {
            let api = TestAPI()
            let scenario = Scenario(
                "POST /api/user/login", body: #"{"login":"\#(login)","password":"guess"}"#, gives: 0)
            var list: [ClientResponse] = []
            for _ in 0..<20 {
                list.append(await api.response(to: scenario.request))
                api.clock.advance(byMilliseconds: 700)
            }
            responses.append(list)
        }
        #expect(responses[0] == responses[1])
        #expect(Set(responses[0].map(\.status)) == [401, 429])
    }

    @Test func theOwnerElsewhereIsLetIn() async {
        let api = TestAPI()
        for _ in 0..<5 { await signIn(Self.guess, gives: 401, on: api) }
        await signIn(Self.right, gives: 429, on: api)
        api.peer = IPAddress(ipv4: 0xC000_0202)
        await signIn(Self.right, gives: 200, on: api)
    }

    /// A client that has one address of an IPv6 network has 2^64 of them.
    @Test func anIPv6NetworkCountsAsOne() async throws {
        let api = TestAPI()
        for index in 0..<5 {
            api.peer = try #require(IPAddress("2001:db8:0:1::\(index)".utf8))
            await signIn(Self.guess, gives: 401, on: api)
        }
        api.peer = try #require(IPAddress("2001:db8:0:1:ffff::1".utf8))
        await signIn(Self.right, gives: 429, on: api)
        api.peer = try #require(IPAddress("2001:db8:0:2::1".utf8))
        await signIn(Self.right, gives: 200, on: api)
    }

    /// An attempt without a result is not a failure: the password may have been right.
    @Test func aHasherWithoutRoomCountsForNothing() async {
        let api = TestAPI(hasherFailure: .overloaded(retryAfterSeconds: 2))
        for _ in 0..<20 { await signIn(Self.guess, gives: 503, on: api) }
    }

    @Test func registrationsAreSlowed() async {
        let policy = ThrottlePolicy(
            failuresPerLoginMax: 5, failuresPerNetworkMax: 100, registrationsPerHourMax: 3, delaySecondsMax: 60,
            hashingPerSourceMax: 64)
        let api = TestAPI(throttle: policy)
        for index in 0..<2 {
            await RegistrationTests.register(#"{"login":"new \#(index)","password":"p"}"#, gives: 200).run(on: api)
        }
        // A malformed request is not counted. A taken login is, since the response reveals an account.
        await RegistrationTests.register(#"{"login":"","password":"p"}"#, gives: 400).run(on: api)
        await RegistrationTests.register(#"{"login":"ann","password":"p"}"#, gives: 409).run(on: api)
        for login in ["new", "ann"] {
            await RegistrationTests.register(
                #"{"login":"\#(login)","password":"p"}"#, gives: 429, has: ["Retry-After: 1"]
            ).run(on: api)
        }
        await signIn(Self.right, gives: 200, on: api)
        api.clock.advance(bySeconds: 1)
        await RegistrationTests.register(#"{"login":"new","password":"p"}"#, gives: 200).run(on: api)
    }

    @Test func theMethodsOfOthersCostNothing() async {
        let api = TestAPI()
        for _ in 0..<5 { await signIn(Self.guess, gives: 401, on: api) }
        await Scenario("GET /api/user/balance", as: "ann", gives: 200).run(on: api)
        await Scenario("POST /api/user/logout", as: "ann", gives: 204).run(on: api)
    }
}

/// The proxies that are believed about a client's address and scheme.
@Suite struct TrustedProxyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let peer: String
        let fields: [String]
        let client: String
        var testDescription: String { "\(peer) \(fields) is \(client)" }
    }

    private static func forwarded(_ values: String...) -> [String] { values.map { "X-Forwarded-For: \($0)" } }

    /// 10.0.0.0/8 and ::1 are trusted.
    static let cases: [Case] = [
        Case(peer: "192.0.2.1", fields: [], client: "192.0.2.1"),
        Case(peer: "192.0.2.1", fields: forwarded("203.0.113.9"), client: "192.0.2.1"),
        Case(peer: "10.0.0.1", fields: [], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: forwarded("203.0.113.9"), client: "203.0.113.9"),
        Case(peer: "::1", fields: forwarded("203.0.113.9"), client: "203.0.113.9"),
        Case(peer: "::ffff:10.0.0.1", fields: forwarded("203.0.113.9"), client: "203.0.113.9"),
        // The entries that the client itself has sent are at the left.
        Case(peer: "10.0.0.1", fields: forwarded("198.51.100.7, 203.0.113.9"), client: "203.0.113.9"),
        Case(peer: "10.0.0.1", fields: forwarded("10.9.9.9, 203.0.113.9"), client: "203.0.113.9"),
        Case(peer: "10.0.0.1", fields: forwarded("203.0.113.9, 10.0.0.2"), client: "203.0.113.9"),
        Case(peer: "10.0.0.1", fields: forwarded("198.51.100.7,203.0.113.9 ,10.0.0.2,::1"), client: "203.0.113.9"),
        Case(peer: "10.0.0.1", fields: forwarded("198.51.100.7", "203.0.113.9"), client: "203.0.113.9"),
        Case(peer: "10.0.0.1", fields: forwarded("203.0.113.9", "10.0.0.2"), client: "203.0.113.9"),
        Case(peer: "10.0.0.1", fields: forwarded("10.0.0.3, 10.0.0.2"), client: "10.0.0.3"),
        // If an entry is not an address, the nearest trusted proxy counts.
        Case(peer: "10.0.0.1", fields: forwarded("unknown"), client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: forwarded("203.0.113.9, unknown"), client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: forwarded("203.0.113.9, x, 10.0.0.2"), client: "10.0.0.2"),
        Case(peer: "10.0.0.1", fields: forwarded("203.0.113.256"), client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: forwarded(""), client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: forwarded(", 203.0.113.9,,"), client: "203.0.113.9"),
        Case(peer: "10.0.0.1", fields: forwarded("203.0.113.9:4711"), client: "203.0.113.9"),
        Case(peer: "10.0.0.1", fields: forwarded("2001:db8::5"), client: "2001:db8::5"),
        Case(peer: "10.0.0.1", fields: forwarded("[2001:db8::5]"), client: "2001:db8::5"),
        Case(peer: "10.0.0.1", fields: forwarded("[2001:db8::5]:4711"), client: "2001:db8::5"),
        Case(peer: "10.0.0.1", fields: forwarded("[2001:db8::5]x"), client: "10.0.0.1"),
    ]

    /// The delay of an address shows for which address the failures counted.
    @Test(arguments: cases)
    func clientIsFound(_ test: Case) async throws {
        let api = TestAPI { $0.trustedProxies = ["10.0.0.0/8", "::1"].compactMap { IPNetwork($0) } }
        let body: Body = #"{"login":"carl","password":"guess"}"#
        api.peer = try #require(IPAddress(test.peer.utf8))
        for _ in 0..<5 { await Scenario("POST /api/user/login", test.fields, body: body, gives: 401).run(on: api) }
        await Scenario("POST /api/user/login", test.fields, body: body, gives: 429).run(on: api)
        api.peer = try #require(IPAddress(test.client.utf8))
        await Scenario("POST /api/user/login", body: body, gives: 429).run(on: api)
    }

    /// The log names a proxy that lets its clients choose their address, once an hour.
    @Test(
        arguments: [
            ("192.0.2.1", nil, nil), ("192.0.2.1", "198.51.100.1, 198.51.100.2", nil),
            ("10.0.0.1", "198.51.100.1", nil),
            ("10.0.0.1", "198.51.100.1, 10.0.0.2", nil), ("10.0.0.1", "10.0.0.3", nil),
            ("10.0.0.1", "[2001:db8::1]:4711", nil), ("10.0.0.1", nil, "no X-Forwarded-For"),
            ("10.0.0.1", "198.51.100.1, 198.51.100.2", "that its client sent"),
            ("10.0.0.1", "unknown, 198.51.100.2, 10.0.0.2", "that its client sent"),
            ("10.0.0.1", "198.51.100.1, unknown", "not an address"), ("10.0.0.1", "unknown", "not an address"),
        ] as [(String, String?, String?)])
    func aMisconfiguredProxyIsNamed(peer: String, field: String?, warning: String?) async throws {
        let lines = Mutex<[String]>([])
        let now = Mutex<Int64>(0)
        let watch = ProxyWatch(clock: { now.withLock { $0 } }, warn: { line in lines.withLock { $0.append(line) } })
        let api = TestAPI {
            $0.trustedProxies = [IPNetwork("10.0.0.0/8")!]
            $0.proxyWatch = watch
        }
        api.peer = try #require(IPAddress(peer.utf8))
        let fields = field.map { ["X-Forwarded-For: \($0)"] } ?? []
        for hour in 0..<2 {
            for _ in 0..<3 {
                let body: Body = #"{"login":"carl","password":"secret"}"#
                await Scenario("POST /api/user/login", fields, body: body, gives: 200).run(on: api)
            }
            let told = lines.withLock { $0 }
            #expect(told.count == (warning == nil ? 0 : hour + 1))
            if let warning { #expect(told.allSatisfy { $0.contains(warning) && $0.contains("10.0.0.1") }) }
            now.withLock { $0 += 3_600_000 }
        }
    }

    @Test(arguments: [
        ("10.0.0.1", "https", true), ("10.0.0.1", "HTTPS", true), ("10.0.0.1", "http", false),
        ("10.0.0.1", "http, https", true), ("10.0.0.1", "https, http", false), ("10.0.0.1", "", false),
        ("192.0.2.1", "https", false),
    ])
    func cookieIsSecureIfATrustedProxySaysHTTPS(peer: String, scheme: String, isSecure: Bool) async throws {
        let api = TestAPI { $0.trustedProxies = [IPNetwork("10.0.0.0/8")!] }
        api.peer = try #require(IPAddress(peer.utf8))
        let fields = ["X-Forwarded-Proto: \(scheme)"]
        for (line, body) in [
            ("POST /api/user/login", #"{"login":"ann","password":"secret"}"#),
            ("POST /api/user/register", #"{"login":"new","password":"secret"}"#), ("POST /api/user/logout", ""),
        ] {
            let response = await api.response(to: Scenario(line, as: "ann", fields, body: "\(body)", gives: 0).request)
            #expect(response["Set-Cookie"]?.hasSuffix("; Secure") == isSecure, "\(line) \(response.fields)")
        }
    }
}
