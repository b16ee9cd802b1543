import Front
import HTTP
import Posix
import TestSupport
import Testing

/// A stop ends accepting, closes idle connections, and lets the others finish.
@Suite struct StopTests {
    @Test(arguments: [1, 3])
    func aFrontWithoutClientsStopsAtOnce(loops: Int) throws {
        let front = try TestFront { $0.eventLoops = loops }
        #expect(front.stop() < 2_000)
        #expect(front.script.log.count { $0 == .closed } == loops, "each loop closes its handler")
    }

    @Test func idleConnectionsCloseAndRequestsInProgressFinish() throws {
        let front = try TestFront()
        let fresh = try front.client()
        let idle = try front.client()
        try idle.get("/idle")
        #expect(try idle.answer().status == 200)
        let busy = try front.client()
        try busy.get("/later")
        let held = try #require(front.script.held.take())
        let halfHead = try front.client()
        try halfHead.send("GET /head HTTP/1.1\r\n")
        let halfBody = try front.client()
        try halfBody.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nha")
        // When this request is answered, the loop has received everything that was sent before it.
        let marker = try front.client()
        try marker.get("/marker")
        #expect(try marker.answer().status == 200)

        let hasStopped = Flag()
        let stopping = Thread(name: "stop") {
            front.stop(withinMilliseconds: 20_000)
            hasStopped.set()
        }
        for client in [fresh, idle, marker] { #expect(try client.rest() == "") }
        try eventually("a new client is not served") {
            guard let late = try? front.client() else { return true }
            try? late.get("/late")
            return (try? late.answer()) == nil && !front.script.log.contains(.request("/late"))
        }
        #expect(!hasStopped.isSet)

        held.answer()
        try halfHead.send("Host: a\r\n\r\n")
        try halfBody.send("lf")
        for (client, text) in [(busy, "later /later"), (halfHead, "GET /head "), (halfBody, "POST /body half")] {
            let answer = try client.answer()
            #expect(answer.text == text)
            #expect(answer.fields["connection"] == "close")
            #expect(try client.rest() == "")
        }
        stopping.join()
        #expect(throws: SystemError.self) { try front.client() }
    }

    /// A client of HTTP/1.0 would take an orderly end for the end of the body.
    @Test func aResponseThatAStopBreaksOffEndsWithAReset() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send("GET /late-parts/5 HTTP/1.0\r\n\r\n")
        try #require(front.script.held.take()).answer()
        // The second part is asked for when the first one was sent.
        let late = try #require(front.script.held.take())
        front.stop(withinMilliseconds: 0)
        try eventually { client.takeReset() }
        late.answer()
    }

    @Test func aResponseThatIsBeingSentIsSentCompletely() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/big")
        try eventually { front.script.requestCount == 1 }
        let stopping = Thread(name: "stop") { front.stop() }
        #expect(try client.answer().body.count == Script.bigBody.count)
        #expect(try client.rest() == "")
        stopping.join()
    }

    /// A request that arrives in the turn in which the stop begins is in progress.
    @Test func aRequestThatArrivesTogetherWithTheStopIsAnswered() throws {
        let front = try TestFront()
        let blocker = try front.client()
        let client = try front.client()
        try client.get("/first")
        #expect(try client.answer().status == 200)
        try blocker.get("/block")
        try eventually { front.script.log.contains(.request("/block")) }
        try client.get("/big")
        front.beginStop()
        front.script.unblock()
        let answer = try client.answer()
        #expect(answer.body.count == Script.bigBody.count)
        #expect(answer.fields["connection"] == "close")
        #expect(try client.rest() == "")
        front.waitForStop()
    }

    /// The kernel resets connections that wait on a socket that refuses.
    @Test func aConnectionThatWaitsToBeAcceptedIsServed() throws {
        let front = try TestFront()
        let blocker = try front.client()
        try blocker.get("/block")
        try eventually { front.script.log.contains(.request("/block")) }
        let client = try front.client()
        try client.get("/waiting")
        front.beginStop()
        front.script.unblock()
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.fields["connection"] == "close")
        #expect(try client.rest() == "")
        front.waitForStop()
        #expect(throws: SystemError.self) { try front.client() }
    }

    /// A proxy may have sent a request before it knows of the stop, and can't send a POST a second time.
    @Test func aConnectionThatAProxyKeepsHasOneMoreRequest() throws {
        let front = try TestFront { $0.timeouts.requestWhileStoppingMilliseconds = 20_000 }
        front.script.peersAreProxies.set()
        let client = try front.client()
        try client.get("/first", fields: "Client: 192.0.2.1\r\n")
        #expect(try client.answer().status == 200)
        let stopping = Thread(name: "stop") { front.stop(withinMilliseconds: 20_000) }
        try eventually("the listeners refuse, so the loop is to stop") { (try? front.client()) == nil }
        front.waitForTurns()
        try client.get("/second", fields: "Client: 192.0.2.1\r\n")
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.fields["connection"] == "close")
        #expect(try client.rest() == "")
        stopping.join()
    }

    @Test func requestsThatDoNotEndAreAbandonedAtTheDeadline() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/later")
        let held = try #require(front.script.held.take())
        let taken = front.stop(withinMilliseconds: 300)
        #expect((280...3_000).contains(taken), "\(taken) ms")
        // The response is too late, and has no effect.
        held.answer()
    }

    @Test func aHandlerThatCanNotBeMadeStopsTheOthers() throws {
        struct Refusal: Error {}
        var configuration = FrontConfiguration()
        configuration.eventLoops = 3
        let listeners = try Listener.listen(on: try Endpoint.resolve(host: "127.0.0.1", port: 0))
        let script = Script()
        #expect(throws: Refusal.self) {
            _ = try Front(
                configuration: configuration, listeners: listeners,
                makeHandler: { loop in
                    if loop == 1 { throw Refusal() }
                    return ScriptedHandler(script)
                }, onFailure: { Issue.record("the loop failed: \($0)") })
        }
        #expect(throws: SystemError.self) { try TestClient(listeners[0].endpoint) }
    }
}
