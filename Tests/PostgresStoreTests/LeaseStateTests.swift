import Storage
import Testing

@testable import PostgresStore

/// The pause and the pace that one leader leaves to the next, with times of a clock that the test holds.
struct LeaseStateTests {
    private static func pace(_ pauseMilliseconds: Int64, _ perMinute: Int? = nil) -> AskedPace {
        AskedPace(pauseMilliseconds: pauseMilliseconds, requestsPerMinute: perMinute)
    }

    @Test func onlyANewPauseOrPaceIsWrittenAtOnce() {
        let state = LeaseState()
        let calls: [(pace: AskedPace, at: Int64, isNew: Bool)] = [
            (Self.pace(0), 1_000, false),
            (Self.pace(5_000), 1_050, true),
            // The rest of the same pause.
            (Self.pace(4_900), 1_150, false), (Self.pace(100), 5_950, false),
            // The pause is extended.
            (Self.pace(3_000), 6_000, true),
            (Self.pace(0), 9_100, false),
            (Self.pace(0, 60), 9_200, true), (Self.pace(0, 60), 9_300, false),
            (Self.pace(0, 30), 9_400, true), (Self.pace(0), 9_500, true),
        ]
        for (pace, now, isNew) in calls { #expect(state.passOn(pace, at: now) == isNew, "\(pace) at \(now)") }
    }

    /// A pause ends at the same time, however late it is written or taken up.
    @Test func aPauseDoesNotGrowWhileItWaits() {
        let state = LeaseState()
        state.noteHeld(epoch: 1, history: 1, askedAt: 1_000, Self.pace(5_000, 60))
        for (now, rest) in [(1_000, 5_000), (4_000, 2_000), (6_000, 0), (9_000, 0)] as [(Int64, Int64)] {
            #expect(state.inheritedPace(at: now) == Self.pace(rest, 60))
            #expect(state.passedOnPace(at: now) == Self.pace(rest, 60))
        }
    }

    /// The row is not trusted: no number in it ends the process.
    @Test(arguments: [Int64.min, -1, 0, .max])
    func anyPauseInTheRowIsRead(milliseconds: Int64) {
        let state = LeaseState()
        state.noteHeld(epoch: 1, history: 1, askedAt: 1_000, Self.pace(milliseconds))
        #expect((0...604_800_000).contains(state.inheritedPace(at: 1_000).pauseMilliseconds))
        #expect(state.isHeld(at: 6_000) && !state.isHeld(at: 7_000))
    }

    /// A lease that ends by this instance's clock alone is with no other instance.
    @Test func anotherInstanceHasTheLeaseOnlyIfTheDatabaseSaysSo() {
        let state = LeaseState()
        #expect(!state.isWithAnother)
        state.noteNotHeld(isWithAnother: true)
        #expect(state.isWithAnother)
        state.noteHeld(epoch: 1, history: 1, askedAt: 1_000, Self.pace(0))
        #expect(!state.isHeld(at: 7_000) && !state.isWithAnother)
        state.noteNotHeld(isWithAnother: true)
        state.noteNotHeld(isWithAnother: false)
        #expect(!state.isWithAnother)
    }

    /// The leader reads its orders again in each of these cases.
    @Test func aTermEndsWithTheLeaseAndIfTheDatabaseMayHaveLostOrders() {
        let state = LeaseState()
        var terms: [Int64] = []
        let renewals: [(epoch: Int64, history: Int64, askedAt: Int64)] = [
            (1, 1, 1_000), (1, 1, 1_000), (1, 2, 1_000), (1, 2, 1_000), (2, 2, 1_000),
            // The lease goes on, and then it has ended before the renewal is sent.
            (2, 2, 6_499), (2, 2, 11_999),
        ]
        for (epoch, history, askedAt) in renewals {
            state.noteHeld(epoch: epoch, history: history, askedAt: askedAt, Self.pace(0))
            terms.append(state.term)
        }
        #expect(terms == [1, 1, 2, 2, 3, 3, 4])
        state.noteNotHeld(isWithAnother: false)
        state.noteHeld(epoch: 2, history: 2, askedAt: 12_000, Self.pace(0))
        #expect(state.term == 5)
    }
}
