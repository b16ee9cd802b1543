import Changes
import Loyalty
import Testing

/// The end of a session, found while a stream reads on.
@Suite struct EventSessionTests {
    /// A stream that reads on from the log may find changes that were committed after its session had ended, before the
    /// loop was woken for that end.
    @Test(arguments: [false, true])
    func aStreamThatReadsTheLogGetsNothingAfterItsSession(isLate: Bool) async throws {
        let api = TestAPI(feedIsLate: isLate)
        api.addSession("other", of: "ann")
        let start = api.changeLog.latest.rawValue
        api.publish(.balance(1), of: "ann")
        let listeners = try ["ann", "other"].map { try #require(api.listen(as: $0, after: start)) }
        for listener in listeners { await listener.takeOnce() }
        api.removeSession("ann", of: "ann")
        api.changeLog.publish([Change(.balance(2), of: api.users["ann"]!)], sessionEnds: [api.users["ann"]!])
        for listener in listeners { await listener.take() }
        #expect(listeners.map(\.events.count) == [0, 0])
        api.api.wakeUp()
        #expect(listeners.map(\.wasTold) == [true, true])
        for listener in listeners { await listener.take() }
        #expect(listeners.map(\.hasEnded) == [true, false])
        #expect(listeners.map(\.events.count) == [0, 2])
    }
}
