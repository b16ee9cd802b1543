import HTTP
import Posix
import TestSupport
import Testing

/// The time limits of a connection. They are absolute; the timing wheel turns in ticks of 100 ms, so that a limit may
/// take effect that much later, but never earlier.
@Suite struct TimeoutTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let begin: String
        /// The bytes that the client sends one by one, over and over; it sends none if this is empty.
        var drip = ""
        let status: Int?
        var testDescription: String { name }
    }

    static let post = "POST / HTTP/1.1\r\nHost: a\r\n"

    @Test(arguments: [
        Case(name: "nothing", begin: "", status: nil),
        Case(name: "an empty line", begin: "\r\n", status: nil),
        Case(name: "half a head", begin: "GET / HTTP/1.1\r\nHo", status: 408),
        Case(name: "half an empty line", begin: "\r", status: 408),
        Case(name: "a head in drips", begin: "GET / HTTP/1.1\r\nX: ", drip: "x", status: 408),
        Case(name: "empty lines in drips", begin: "\r", drip: "\n\r", status: 408),
        Case(name: "no body", begin: post + "Content-Length: 1000\r\n\r\n", status: 408),
        Case(name: "a body in drips", begin: post + "Content-Length: 10000\r\n\r\n", drip: "x", status: 408),
        Case(
            name: "chunks in drips", begin: post + "Transfer-Encoding: chunked\r\n\r\n", drip: "1\r\nx\r\n", status: 408
        ),
    ])
    func aConnectionWhoseRequestIsLateEnds(_ late: Case) throws {
        let front = try TestFront(clock: TestClock()) {
            $0.timeouts.headMilliseconds = 1_000
            $0.timeouts.bodyMilliseconds = 1_000
            $0.timeouts.idleMilliseconds = 1_000
        }
        let client = try front.client()
        try client.get("/first")
        #expect(try client.answer().status == 200)
        try front.receive(late.begin, from: client)
        let drip = Array(late.drip.utf8)
        for index in 0..<9 {
            front.pass(milliseconds: 100)
            if !drip.isEmpty { try front.receive(drip[index % drip.count], from: client) }
        }
        #expect(front.snapshot.connectionsClosed == 0)
        #expect(front.snapshot.responses.values.reduce(0, +) == 1, "only the first request was answered")
        front.pass(milliseconds: 200)
        if let status = late.status {
            let answer = try client.answer()
            #expect(answer.status == status)
            #expect(answer.fields["connection"] == "close")
        } else {
            #expect(try client.rest() == "")
        }
        #expect(front.script.requestCount == 1)
    }

    @Test func aConnectionInUseIsNotIdle() throws {
        let front = try TestFront(clock: TestClock()) {
            $0.timeouts.idleMilliseconds = 500
            $0.timeouts.headMilliseconds = 500
        }
        let client = try front.client()
        for _ in 0..<10 {
            try client.get("/")
            #expect(try client.answer().status == 200)
            front.pass(milliseconds: 400)
        }
    }

    @Test func aResponseMayTakeItsTime() throws {
        let front = try TestFront(clock: TestClock()) {
            $0.timeouts.idleMilliseconds = 200
            $0.timeouts.headMilliseconds = 200
            $0.timeouts.writeMilliseconds = 200
        }
        let client = try front.client()
        try client.get("/later")
        let held = try #require(front.script.held.take())
        front.pass(milliseconds: 10_000)
        held.answer()
        #expect(try client.answer().text == "later /later")
    }

    /// The head was complete in time, but the loop was too busy to notice.
    @Test func aRequestThatArrivedInTimeIsServedByABusyLoop() throws {
        let clock = TestClock()
        let front = try TestFront(clock: clock) { $0.timeouts.headMilliseconds = 1_000 }
        let blocker = try front.client()
        let client = try front.client()
        try client.get("/first")
        #expect(try client.answer().status == 200)
        try front.receive("GET /second HTTP/1.1\r\n", from: client)
        try blocker.get("/block")
        try eventually { front.script.log.contains(.request("/block")) }
        try client.send("Host: a\r\n\r\n")
        clock.advance(byMilliseconds: 1_500)
        front.script.unblock()
        #expect(try client.answer().text == "GET /second ")
    }

    @Test func aClientThatDoesNotReadIsDroppedAndOthersAreServed() throws {
        let front = try TestFront(clock: TestClock()) { $0.timeouts.writeMilliseconds = 500 }
        let slow = try front.client()
        try slow.get("/big")
        try eventually { front.script.requestCount == 1 }
        let other = try front.client()
        front.pass(milliseconds: 400)
        #expect(front.snapshot.connectionsClosed == 0)
        // The time begins anew as long as the kernel takes bytes.
        try eventually("the client that does not read is dropped") {
            guard (try? other.get("/other")) != nil, (try? other.answer().text) == "GET /other " else { return false }
            front.pass(milliseconds: 200)
            return front.snapshot.connectionsClosed == 1
        }
        // A client of HTTP/1.0 would take an orderly end for the end of the body.
        try eventually { slow.takeReset() }
        var receivedCount = 0
        #expect(throws: TestClient.Failure.self) {
            do { _ = try slow.answer() } catch TestClient.Failure.closed(let text) {
                receivedCount = text.utf8.count
                throw TestClient.Failure.closed("")
            }
        }
        #expect(receivedCount > 0 && receivedCount < Script.bigBody.count)
    }

    @Test func aClientThatReadsSlowlyGetsTheWholeBody() throws {
        let front = try TestFront(clock: TestClock()) { $0.timeouts.writeMilliseconds = 1_000 }
        let slow = try front.client()
        try slow.get("/big")
        var body = 0
        var passedMilliseconds = 0
        while try slow.takeAnswer().map({ body = $0.body.count }) == nil {
            try #require(try slow.receiveMore())
            front.pass(milliseconds: 12)
            passedMilliseconds += 12
        }
        #expect(body == Script.bigBody.count)
        #expect(passedMilliseconds > 1_000, "the whole body must take longer than the limit")
    }
}
