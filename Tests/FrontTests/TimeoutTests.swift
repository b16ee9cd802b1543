import Glibc
import HTTP
import Posix
import Testing

/// Each time is absolute; the wheel turns in ticks of 100 ms, and a busy machine may add to that, but nothing ends
/// early.
@Suite struct TimeoutTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let begin: String
        /// Sent over and over, a byte each 10 ms; nothing where it is empty.
        var drip = ""
        let answer: Int?
        var testDescription: String { name }
    }

    static let post = "POST / HTTP/1.1\r\nHost: a\r\n"

    @Test(arguments: [
        Case(name: "nothing", begin: "", answer: nil),
        Case(name: "an empty line", begin: "\r\n", answer: nil),
        Case(name: "half a head", begin: "GET / HTTP/1.1\r\nHo", answer: 408),
        Case(name: "half an empty line", begin: "\r", answer: 408),
        Case(name: "a head in drips", begin: "GET / HTTP/1.1\r\nX: ", drip: "x", answer: 408),
        Case(name: "empty lines in drips", begin: "\r", drip: "\n\r", answer: 408),
        Case(name: "no body", begin: post + "Content-Length: 1000\r\n\r\n", answer: 408),
        Case(name: "a body in drips", begin: post + "Content-Length: 10000\r\n\r\n", drip: "x", answer: 408),
        Case(
            name: "chunks in drips", begin: post + "Transfer-Encoding: chunked\r\n\r\n", drip: "1\r\nx\r\n", answer: 408
        ),
    ])
    func whatDoesNotComeInTimeEndsTheConnection(_ late: Case) throws {
        let milliseconds = 400
        let front = try TestFront {
            $0.timeouts.headMilliseconds = milliseconds
            $0.timeouts.bodyMilliseconds = milliseconds
            $0.timeouts.idleMilliseconds = milliseconds
        }
        let client = try front.client()
        try client.get("/first")
        #expect(try client.answer().status == 200)
        let start = millisecondsNow()
        try client.send(late.begin)
        let isOver = Flag()
        let dripping = Thread(name: "drip") {
            guard !late.drip.isEmpty else { return }
            for byte in sequence(
                state: 0,
                next: { index in
                    defer { index = (index + 1) % late.drip.utf8.count }
                    return Array(late.drip.utf8)[index]
                })
            {
                if isOver.isSet || (try? client.send([byte])) == nil { return }
                usleep(10_000)
            }
        }
        defer {
            isOver.set()
            dripping.join()
        }
        if let status = late.answer {
            let answer = try client.answer()
            #expect(answer.status == status)
            #expect(answer.fields["connection"] == "close")
        } else {
            #expect(try client.rest() == "")
        }
        let taken = millisecondsNow() - start
        #expect((milliseconds - 20...milliseconds + 3_000).contains(taken), "\(taken) ms")
        #expect(front.script.requestCount == 1)
    }

    @Test func aConnectionInUseIsNotIdle() throws {
        let front = try TestFront {
            $0.timeouts.idleMilliseconds = 500
            $0.timeouts.headMilliseconds = 500
        }
        let client = try front.client()
        let start = millisecondsNow()
        while millisecondsNow() - start < 1_500 {
            try client.get("/")
            #expect(try client.answer().status == 200)
            usleep(20_000)
        }
    }

    @Test func anAnswerMayTakeItsTime() throws {
        let front = try TestFront {
            $0.timeouts.idleMilliseconds = 200
            $0.timeouts.headMilliseconds = 200
            $0.timeouts.writeMilliseconds = 200
        }
        let client = try front.client()
        try client.get("/later")
        let held = try #require(front.script.held.take())
        usleep(700_000)
        held.answer()
        #expect(try client.answer().text == "later /later")
    }

    /// The head was whole in time, and it was the loop that had no time to see that.
    @Test func whatCameInTimeCountsHoweverBusyTheLoopWas() throws {
        let front = try TestFront { $0.timeouts.headMilliseconds = 1_000 }
        let blocker = try front.client()
        let client = try front.client()
        try client.get("/first")
        #expect(try client.answer().status == 200)
        try client.send("GET /second HTTP/1.1\r\n")
        try blocker.get("/block")
        #expect(waitUntil { front.script.log.contains(.request("/block")) })
        try client.send("Host: a\r\n\r\n")
        usleep(1_500_000)
        front.script.unblock()
        #expect(try client.answer().text == "GET /second ")
    }

    @Test func aClientThatDoesNotReadIsLeftAndOthersAreServed() throws {
        let front = try TestFront { $0.timeouts.writeMilliseconds = 500 }
        let slow = try front.client()
        try slow.get("/big")
        #expect(waitUntil { front.script.requestCount == 1 })
        let other = try front.client()
        let start = millisecondsNow()
        while millisecondsNow() - start < 1_500 {
            let taken = try millisecondsTaken {
                try other.get("/other")
                #expect(try other.answer().text == "GET /other ")
            }
            #expect(taken < 1_000)
        }
        var receivedCount = 0
        #expect(throws: TestClient.Failure.self) {
            do { _ = try slow.answer() } catch TestClient.Failure.closed(let text) {
                receivedCount = text.utf8.count
                throw TestClient.Failure.closed("")
            }
        }
        #expect(receivedCount > 0 && receivedCount < Script.bigBody.count)
    }

    @Test func aClientThatReadsSlowlyGetsItAll() throws {
        let front = try TestFront { $0.timeouts.writeMilliseconds = 1_000 }
        let slow = try front.client()
        try slow.get("/big")
        let start = millisecondsNow()
        var body = 0
        while try slow.takeAnswer().map({ body = $0.body.count }) == nil {
            try #require(try slow.receiveMore())
            usleep(12_000)
        }
        #expect(body == Script.bigBody.count)
        #expect(millisecondsNow() - start > 1_000, "slower than the limit, or this shows nothing")
    }
}
