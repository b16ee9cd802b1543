import Testing

@testable import Front

/// A loop's turns end in time, also while many tasks can go on, so that it looks for arrivals.
@Suite struct LoopTurnTests {
    /// Enqueues jobs, each of which takes its time on the loop's clock.
    private func enqueue(_ count: Int, milliseconds: Int64, on test: TestLoop) {
        let script = test.script
        for number in 0..<count {
            Task(executorPreference: test.loop) {
                script.record(.request("job \(number)"))
                script.clock.advance(byMilliseconds: milliseconds)
            }
        }
    }

    @Test func jobsThatDoNotFitIntoATurnWaitForTheNextOne() throws {
        let test = try TestLoop()
        enqueue(10, milliseconds: 1, on: test)
        var counts: [Int] = []
        for _ in 0..<5 {
            #expect(test.loop.isBehind)
            test.loop.advanceRunnable()
            counts.append(test.script.requestCount)
        }
        #expect(counts == [2, 4, 6, 8, 10])
        #expect(test.script.log == (0..<10).map { Script.Event.request("job \($0)") })
        #expect(!test.loop.isBehind)
    }

    /// A job that arrives while others run waits for those that were there before.
    @Test func jobsRunInTheOrderOfTheirArrival() throws {
        let test = try TestLoop()
        let (script, loop) = (test.script, test.loop)
        Task(executorPreference: loop) {
            script.record(.request("first"))
            script.clock.advance(byMilliseconds: 3)
            Task(executorPreference: loop) { script.record(.request("last")) }
        }
        enqueue(2, milliseconds: 3, on: test)
        for _ in 0..<4 { test.loop.advanceRunnable() }
        #expect(test.script.log == ["first", "job 0", "job 1", "last"].map { Script.Event.request($0) })
    }

    /// Each job and each request takes longer than a turn.
    @Test func neitherJobsNorRequestsKeepTheOthersWaiting() throws {
        let test = try TestLoop()
        test.script.peersAreProxies.set()
        let clients = try (0..<3).map { _ in try test.connect() }
        for (number, (connection, client)) in clients.enumerated() {
            let request = "GET /cost/5 HTTP/1.1\r\nHost: a\r\nClient: 192.0.2.\(number)\r\n\r\n"
            try test.receive(request, on: connection, from: client)
        }
        enqueue(3, milliseconds: 10, on: test)
        for _ in 0..<3 { test.loop.advanceRunnable() }
        let turns = (0..<3).flatMap { ["job \($0)", "/cost/5"] }
        #expect(test.script.log == turns.map { Script.Event.request($0) })
        for (_, client) in clients { #expect(try client.answer().text == "GET /cost/5 ") }
    }
}
