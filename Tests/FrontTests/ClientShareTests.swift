import HTTP
import Testing

@testable import Front

/// The clients' shares of a loop, while their connections come and go.
@Suite struct ClientShareTests {
    /// A client that makes a connection for each request has one share, whose debt counts, and not a fresh one each
    /// time.
    @Test func aClientThatConnectsAgainFindsItsShare() throws {
        let test = try TestLoop()
        let share = try test.connect().connection.share
        #expect(test.loop.shares[share.key] === share)
        for _ in 0..<3 {
            for connection in test.loop.connections.all { connection.end() }
            #expect(share.isEmpty)
            #expect(test.loop.shares[share.key] === share, "the schedule remembers its turns")
            #expect(try test.connect().connection.share === share)
        }
    }

    /// The loop keeps no share of a client that has gone, when its turns are over.
    @Test(arguments: [true, false]) func aShareWithoutConnectionsIsRemovedAfterItsTurns(endsWhileItWaits: Bool) throws {
        let test = try TestLoop()
        let connection = try test.connect().connection
        if !endsWhileItWaits { test.loop.advanceRunnable() }
        connection.end()
        test.loop.advanceRunnable()
        #expect(test.loop.shares.isEmpty)
    }

    /// A client that has come back before its turns were over keeps its share.
    @Test func aShareWithConnectionsStays() throws {
        let test = try TestLoop()
        try test.connect().connection.end()
        let connection = try test.connect().connection
        test.loop.advanceRunnable()
        #expect(test.loop.shares[connection.share.key] === connection.share)
        connection.end()
        test.loop.advanceRunnable()
        #expect(test.loop.shares.isEmpty)
    }
}
