import EndToEndSupport
import Foundation
import Testing

/// Sessions that end, passwords that change, and delays for clients that guess, on the real executable.
@Suite(.serialized)
struct AccountTests {
    private static let loops = ["MARTLET_HTTP_EVENT_LOOPS": "2"]

    /// Clients of which both event loops have some: connections go to whichever loop takes them.
    private func clients(of server: Server, count: Int = 12) throws -> [Client] {
        try (0..<count).map { _ in try server.client() }
    }

    private func balances(_ clients: [Client], _ authorization: String?) throws -> Set<Int> {
        Set(
            try clients.map { client in
                client.authorization = authorization
                return try client.send("GET", "/api/user/balance").status
            })
    }

    private func signIn(
        _ client: Client, _ password: String, login: String = "user", fields: [String] = []
    ) throws -> Client.Answer {
        client.authorization = nil
        return try client.send(
            "POST", "/api/user/login", #"{"login":"\#(login)","password":"\#(password)"}"#, fields: fields)
    }

    @Test func signingOutHoldsOnEveryLoopAndAfterAKill() throws {
        let server = try Server.serving(in: try Folder(), environment: Self.loops)
        let clients = try clients(of: server)
        try clients[0].register("user")
        let kept = clients[0].authorization
        for _ in 0..<20 {
            let session = try signIn(clients[0], "secret")["Authorization"]
            #expect(try balances(clients, session) == [200])
            clients[1].authorization = session
            #expect(try clients[1].send("POST", "/api/user/logout").status == 204)
            #expect(try balances(clients, session) == [401])
            #expect(try balances(clients, kept) == [200])
        }
        let session = try signIn(clients[0], "secret")["Authorization"]
        clients[0].authorization = session
        #expect(try clients[0].send("POST", "/api/user/logout").status == 204)
        server.killAtOnce()
        let next = try Server.serving(in: server.folder, environment: Self.loops)
        #expect(try balances([next.client()], session) == [401])
        #expect(try balances([next.client()], kept) == [200])
    }

    @Test func aNewPasswordEndsOtherSessionsOnEveryLoop() throws {
        let server = try Server.serving(in: try Folder(), environment: Self.loops)
        let clients = try clients(of: server)
        try clients[0].register("user")
        let kept = clients[0].authorization
        let other = try signIn(clients[1], "secret")["Authorization"]
        #expect(try balances(clients, other) == [200])
        clients[0].authorization = kept
        let wrong = try clients[0].send("POST", "/api/user/password", #"{"current":"guess","new":"better"}"#)
        #expect(wrong.status == 403)
        #expect(try balances(clients, other) == [200])
        clients[0].authorization = kept
        let right = try clients[0].send("POST", "/api/user/password", #"{"current":"secret","new":"better"}"#)
        #expect(right.status == 204)
        #expect(try balances(clients, other) == [401])
        #expect(try balances(clients, kept) == [200])
        server.killAtOnce()
        let next = try Server.serving(in: server.folder)
        #expect(try signIn(next.client(), "secret").status == 401)
        #expect(try signIn(next.client(), "better").status == 200)
    }

    /// Guesses are counted for both loops together.
    @Test func guessesAreDelayed() throws {
        let server = try Server.serving(in: try Folder(), environment: Self.loops)
        let clients = try clients(of: server)
        let answers = try clients.map { try signIn($0, "guess", login: "nobody") }
        #expect(answers.map(\.status) == Array(repeating: 401, count: 5) + Array(repeating: 429, count: 7))
        #expect(answers[5]["Retry-After"] == "1")
        #expect(answers[5]["Content-Type"] == "application/problem+json")
    }

    /// The owner and a guesser share one address. The device cookie separates them on every loop.
    @Test func theOwnersDeviceIsNotDelayedByOthers() throws {
        let server = try Server.serving(in: try Folder(), environment: Self.loops)
        let clients = try clients(of: server)
        let registered = try clients[0].send("POST", "/api/user/register", #"{"login":"user","password":"secret"}"#)
        let devices = registered.fields.compactMap { field -> String? in
            guard field.name == "Set-Cookie", field.value.hasPrefix("device=") else { return nil }
            return field.value.split(separator: ";").first.map { "Cookie: \($0)" }
        }
        try #require(devices.count == 1)
        let guesses = try clients.map { try signIn($0, "guess").status }
        #expect(guesses == Array(repeating: 401, count: 5) + Array(repeating: 429, count: 7))
        for client in clients {
            let answer = try signIn(client, "secret", fields: devices)
            #expect(answer.status == 200)
            #expect(answer.fields.count { $0.name == "Set-Cookie" } == 1)
        }
        #expect(!server.logText.contains(devices[0].dropFirst("Cookie: device=".count)))
    }

    /// The database holds what distinguishes an owner from a guesser at the same address, and no device can be read
    /// from it.
    @Test func theOwnerIsKnownAfterARestart() throws {
        let folder = try Folder()
        let environment = ["MARTLET_TRUSTED_PROXIES": "127.0.0.1, ::1"]
        let (home, guesser) = (["X-Forwarded-For: 192.0.2.1"], ["X-Forwarded-For: 2001:db8::1"])
        let first = try Server.serving(in: folder, environment: environment)
        let registered = try first.client().send(
            "POST", "/api/user/register", #"{"login":"user","password":"secret"}"#, fields: home)
        let device = try #require(
            registered.fields.first { $0.name == "Set-Cookie" && $0.value.hasPrefix("device=") }?.value
                .split(separator: ";").first.map { String($0.dropFirst("device=".count)) })
        first.signal(SIGTERM)
        #expect(try first.waitForEnd() == 0)
        let bytes = try folder.databaseBytes()
        #expect(bytes.range(of: Data(device.utf8)) == nil)

        let server = try Server.serving(in: folder, environment: environment)
        let client = try server.client()
        // One guess from each /64 of a /48: the block waits as a whole.
        let guesses = try (0..<60).map { number in
            try signIn(client, "guess", fields: ["X-Forwarded-For: 2001:db8:0:\(String(number * 256, radix: 16))::1"])
                .status
        }
        // 20 are free; a slow machine may see one wait of a second end.
        #expect((20...21).contains(guesses.count { $0 == 401 }) && guesses.suffix(5).allSatisfy { $0 == 429 })
        #expect(try signIn(client, "secret", fields: guesser).status == 429)
        #expect(try signIn(client, "secret", fields: guesser + ["Cookie: device=\(device)"]).status == 200)
        // The known address without the cookie, beside a guesser there.
        for _ in 0..<5 { #expect(try signIn(client, "guess", fields: home).status == 401) }
        let refused = try signIn(client, "secret", fields: home)
        #expect(refused.status == 429)
        #expect(try #require(refused["Retry-After"].flatMap { Int($0) }) <= 4)
    }

    @Test func forwardedAddressesAreBelievedFromTrustedProxiesAlone() throws {
        let fields = { (address: String) in ["X-Forwarded-For: \(address)", "X-Forwarded-Proto: https"] }
        for isTrusted in [true, false] {
            let server = try Server.serving(
                in: try Folder(), environment: isTrusted ? ["MARTLET_TRUSTED_PROXIES": "127.0.0.0/8, ::1"] : [:])
            let client = try server.client()
            for _ in 0..<5 {
                #expect(try signIn(client, "guess", login: "x", fields: fields("192.0.2.1")).status == 401)
            }
            #expect(try signIn(client, "guess", login: "x", fields: fields("192.0.2.1")).status == 429)
            let other = try signIn(client, "guess", login: "x", fields: fields("192.0.2.2"))
            #expect(other.status == (isTrusted ? 401 : 429))
            // The leftmost address is the one that the client itself sent to the proxy.
            let forged = try signIn(client, "guess", login: "x", fields: fields("192.0.2.9, 192.0.2.1"))
            #expect(forged.status == 429)
            let session = try client.send(
                "POST", "/api/user/register", #"{"login":"new","password":"p"}"#, fields: fields("192.0.2.3"))
            #expect(session["Set-Cookie"]?.hasSuffix("; Secure") == isTrusted)
        }
    }
}
