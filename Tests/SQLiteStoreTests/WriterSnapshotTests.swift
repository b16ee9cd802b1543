import Testing

@testable import SQLiteStore

@Suite struct WriterSnapshotTests {
    private static func obstacle(
        after refusals: [(WriterSnapshot.Reason, at: Int64)] = [], thenWrites: Bool = false, waiting: Int = 0,
        now: Int64 = 1000
    ) -> String? {
        let statistics = WriterStatistics()
        for (reason, moment) in refusals { statistics.noteRefusal(reason, at: moment) }
        if thenWrites { statistics.noteSuccess() }
        return WriterSnapshot(statistics, waiting: waiting, waitingMax: 10).obstacle(now: now)
    }

    @Test func theObstacleIsReportedForAsLongAsItIsKnown() {
        #expect(Self.obstacle() == nil)
        #expect(Self.obstacle(waiting: 9) == nil)
        #expect(Self.obstacle(waiting: 10) == "10 writes wait, which is the limit")
        #expect(Self.obstacle(after: [(.diskFull, at: 900)]) == "there is no room on the database's disk")
        #expect(Self.obstacle(after: [(.locked, at: 900)]) == "another program holds the database's lock")
        #expect(Self.obstacle(after: [(.diskFull, at: 900)], thenWrites: true) == nil)
        // No write was tried for half a minute, so the state is not known.
        #expect(Self.obstacle(after: [(.diskFull, at: 900)], now: 30_899) != nil)
        #expect(Self.obstacle(after: [(.diskFull, at: 900)], now: 30_900) == nil)
        // From this nothing recovers.
        let broken = "the database can't be trusted any more"
        #expect(Self.obstacle(after: [(.broken, at: 900), (.diskFull, at: 950)], now: 99_999) == broken)
        #expect(Self.obstacle(after: [(.broken, at: 900)], thenWrites: true) == broken)
    }
}
