import Glibc
import HTTP
import TestSupport
import Testing

/// Refused requests and connections, whose clients can read the reason.
@Suite struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let bytes: String
        let status: Int
        var testDescription: String { "\(status) \(bytes.prefix(40).debugDescription)" }
    }

    @Test(arguments: [
        Case(bytes: "GARBAGE\r\n\r\n", status: 400),
        Case(bytes: "GET / HTTP/1.1\r\n\r\n", status: 400),
        Case(bytes: "GET / HTTP/1.1\nHost: a\n\n", status: 400),
        Case(bytes: "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", status: 501),
        Case(bytes: "GET / HTTP/2.0\r\nHost: a\r\n\r\n", status: 505),
        Case(bytes: "GET /" + String(repeating: "x", count: 9_000) + " HTTP/1.1\r\n", status: 414),
        Case(bytes: "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 17_000), status: 431),
        Case(bytes: "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\r\n\r\n", status: 400),
    ])
    func aMalformedRequestIsAnsweredOnceAndTheConnectionCloses(_ refused: Case) throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send(refused.bytes)
        let answer = try client.answer()
        #expect(answer.status == refused.status)
        #expect(answer.fields["connection"] == "close")
        #expect(try client.rest() == "")
    }

    static let head = "HEAD / HTTP/1.1\r\nHost: a\r\n"

    /// A refused HEAD gets a head only.
    @Test(arguments: [
        Case(bytes: head + "Content-Length: 99999999\r\n\r\n", status: 413),
        Case(bytes: head + "Expect: x\r\n\r\n", status: 417),
        Case(bytes: head + "Transfer-Encoding: chunked\r\n\r\nx\r\n", status: 400),
        Case(bytes: head + "no field\r\n\r\n", status: 400),
        Case(bytes: "HEAD / HTTP/2.0\r\nHost: a\r\n\r\n", status: 505),
    ])
    func aRefusedHeadGetsNoBody(_ refused: Case) throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send(refused.bytes)
        #expect(try client.answer(omitsBody: true).status == refused.status)
        #expect(try client.rest() == "")
    }

    @Test func aHeadWhoseBodyIsLateGetsNoBody() throws {
        let front = try TestFront(clock: TestClock()) { $0.timeouts.bodyMilliseconds = 1_000 }
        let client = try front.client()
        try front.receive(Self.head + "Content-Length: 10\r\n\r\n", from: client)
        front.pass(milliseconds: 1_200)
        #expect(try client.answer(omitsBody: true).status == 408)
        #expect(try client.rest() == "")
    }

    @Test func garbageAfterARequestDoesNotAffectIt() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send(
            "GET /good HTTP/1.1\r\nHost: a\r\n\r\n\0\0\0garbage\r\n\r\nGET /bad HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer().text == "GET /good ")
        #expect(try client.answer().status == 400)
        #expect(try client.rest() == "")
        #expect(front.script.requestCount == 1)
    }

    @Test func bytesAfterTheLastRequestAreDiscarded() throws {
        let front = try TestFront()
        let client = try front.client()
        let more = String(repeating: "GET /more HTTP/1.1\r\nHost: a\r\n\r\n", count: 20_000)
        try client.send("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + more)
        #expect(try client.answer().text == "GET /last ")
        #expect(try client.rest() == "")
        #expect(front.script.requestCount == 1)
    }

    /// Closing with unread bytes would reset the connection, and the client might lose the response.
    @Test func aClientThatSendsFarTooMuchCanReadTheReason() throws {
        let front = try TestFront { $0.timeouts.lingerMilliseconds = 20_000 }
        let client = try front.client()
        let megabytes = 100
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(megabytes * 1_048_576)\r\n\r\n")
        let part = [UInt8](repeating: 0x78, count: 1_048_576)
        for _ in 0..<megabytes { try client.send(part) }
        let answer = try client.answer()
        #expect(answer.status == 413)
        #expect(answer.fields["connection"] == "close")
        #expect(try client.rest() == "")
        #expect(front.script.requestCount == 0)
    }

    /// The time for discarding input is absolute: a client can't prolong it by sending a byte now and then.
    @Test func aClientThatNeverStopsSendingIsDropped() throws {
        let front = try TestFront(clock: TestClock()) { $0.timeouts.lingerMilliseconds = 300 }
        let client = try front.client()
        try client.send("GARBAGE\r\n\r\n")
        #expect(try client.answer().status == 400)
        for _ in 0..<5 {
            try front.receive("x", from: client)
            front.pass(milliseconds: 50)
        }
        #expect(front.snapshot.connectionsClosed == 0)
        front.pass(milliseconds: 150)
        #expect(front.snapshot.connectionsClosed == 1)
    }

    /// Connections that wait for a response are not closed for others.
    @Test(arguments: [true, false])
    func aConnectionAboveTheLimitIsRefused(perAddress: Bool) throws {
        let front = try TestFront {
            if perAddress { $0.connectionsPerAddressMax = 3 } else { $0.connectionsMax = 3 }
        }
        var clients: [TestClient] = []
        for number in 0..<3 {
            let client = try front.client()
            try client.get("/later/\(number)")
            clients.append(client)
        }
        let held = clients.compactMap { _ in front.script.held.take() }
        for _ in 0..<20 {
            let client = try front.client()
            try client.get("/refused")
            let answer = try client.answer()
            #expect(answer.status == 503)
            #expect(answer.fields["connection"] == "close")
        }
        for request in held { request.answer() }
        for (number, client) in clients.enumerated() {
            #expect(try client.answer().text == "later /later/\(number)")
        }
        clients.removeLast()
        // There is room when the loop has noticed that the client has gone.
        try eventually("a new client is served") {
            guard let client = try? front.client() else { return false }
            try? client.get("/again")
            return (try? client.answer().status) == 200
        }
        #expect(!front.script.log.contains(.request("/refused")))
    }

    /// Closing with an unread request would reset the connection, and the client might lose the response.
    @Test func aRefusedConnectionWhoseRequestHasArrivedIsNotReset() throws {
        let front = try TestFront { $0.connectionsMax = 1 }
        let blocker = try front.client()
        try blocker.get("/block")
        try eventually { front.script.requestCount == 1 }
        let client = try front.client()
        try client.get("/refused")
        front.script.unblock()
        #expect(try client.answer().status == 503)
        #expect(try client.rest() == "")
    }

    @Test func oneAddressDoesNotUseUpTheConnectionsOfAnother() throws {
        let front = try TestFront(hosts: ["127.0.0.1", "::1"]) { $0.connectionsPerAddressMax = 1 }
        let clients = try front.listeners.map { try TestClient($0.endpoint) }
        for client in clients {
            try client.get("/")
            #expect(try client.answer().status == 200)
        }
    }
}
