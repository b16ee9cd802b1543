import EndToEndSupport
import Testing

/// Sessions that end, passwords that change, and who has to wait, on the real executable.
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

    @Test func whoSignsOutIsSignedOutOnEveryLoopAndAfterAKill() throws {
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
    @Test func whoGuessesHasToWait() throws {
        let server = try Server.serving(in: try Folder(), environment: Self.loops)
        let clients = try clients(of: server)
        let answers = try clients.map { try signIn($0, "guess", login: "nobody") }
        #expect(answers.map(\.status) == Array(repeating: 401, count: 5) + Array(repeating: 429, count: 7))
        #expect(answers[5]["Retry-After"] == "1")
        #expect(answers[5]["Content-Type"] == "application/problem+json")
    }

    /// Behind one address with somebody who guesses, on whichever loop.
    @Test func theOwnersDeviceWaitsForNobodyElse() throws {
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

    @Test func forwardedAddressesAreBelievedOfTrustedProxiesAlone() throws {
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
            // What the client itself sends to the proxy is at the left.
            let forged = try signIn(client, "guess", login: "x", fields: fields("192.0.2.9, 192.0.2.1"))
            #expect(forged.status == 429)
            let session = try client.send(
                "POST", "/api/user/register", #"{"login":"new","password":"p"}"#, fields: fields("192.0.2.3"))
            #expect(session["Set-Cookie"]?.hasSuffix("; Secure") == isTrusted)
        }
    }
}
