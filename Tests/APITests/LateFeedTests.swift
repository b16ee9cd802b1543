import API
import Changes
import Loyalty
import TestSupport
import Testing

/// Streams that wait for the feed of changes. The tests of events run over such a feed too.
@Suite struct LateFeedTests {
    /// The changes were read before others were committed, and the loop has handed those out by the time the stream has
    /// what was read.
    @Test func aStreamThatWaitsForTheFeedMissesNothing() async throws {
        let api = TestAPI(feedIsLate: true)
        let start = api.changeLog.latest.rawValue
        api.publish(.balance(1), of: "ann")
        var more: [Int64] = [2, 3]
        api.lateFeed?.whileWaiting = { [unowned api] in
            if !more.isEmpty { api.publish(.balance(more.removeFirst()), of: "ann") }
        }
        let listener = try #require(api.listen(as: "ann", after: start))
        await listener.take()
        #expect(listener.events.map(\.id) == (1...3).map { start + $0 } && !listener.nextTakesTurn)
    }

    /// The session ends while the stream waits.
    @Test func aStreamThatWaitsForTheFeedEndsWithItsSession() async throws {
        let api = TestAPI(feedIsLate: true)
        let start = api.changeLog.latest.rawValue
        api.publish(.balance(1), of: "ann")
        api.lateFeed?.whileWaiting = { [unowned api] in
            api.removeSession("ann", of: "ann")
            api.publish(of: "ann", sessionEnds: ["ann"])
        }
        let listener = try #require(api.listen(as: "ann", after: start))
        await listener.take()
        #expect(listener.hasEnded && listener.events.isEmpty)
    }

    /// The client reconnects and resumes.
    @Test func aFeedThatFailsBreaksTheStreamOff() async throws {
        let api = TestAPI(feedIsLate: true)
        let start = api.changeLog.latest.rawValue
        api.publish(.balance(1), of: "ann")
        api.lateFeed?.failure = .unavailable(retryAfterSeconds: 1)
        let listener = try #require(api.listen(as: "ann", after: start))
        await listener.take()
        #expect(listener.hasEnded && listener.events.isEmpty)
        listener.leave()
    }
}
