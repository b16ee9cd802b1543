import Loyalty
import TestSupport
import Testing

@testable import Rewards

/// The steps of a receipt, and the limit of requests.
@Suite struct StepTests {
    private static func number(_ digits: Int) -> OrderNumber { OrderNumber(stored: String(digits)) }
    private static let points = Points(hundredths: 5)

    @Test func aReceiptGoesThroughItsStepsWithinASecond() {
        let recents = RecentReceipts()
        recents.note(Self.number(1), now: 1000)
        let steps = (0...1000).map { recents.status(of: Self.number(1), earned: Self.points, now: 1000 + $0) }
        #expect(steps[0] == .registered)
        #expect(steps.contains(.processing))
        #expect(steps[1000] == .processed(Self.points))
        #expect(steps.firstIndex(of: .processed(Self.points))! < 1000)
        let ranks = steps.map { status -> Int in
            switch status {
            case .registered: 0
            case .processing: 1
            case .processed: 2
            }
        }
        #expect(ranks == ranks.sorted(), "it never goes back")
    }

    /// Receipts of an earlier run are processed too, although this run did not see them accepted.
    @Test func otherReceiptsAreProcessed() {
        let recents = RecentReceipts()
        recents.note(Self.number(1), now: 0)
        #expect(recents.status(of: Self.number(2), earned: .zero, now: 0) == .processed(.zero))
    }

    /// Memory has a bound: beyond it the oldest receipts end sooner, and none that has ended starts again.
    @Test func recentReceiptsAreBounded() {
        let recents = RecentReceipts()
        for digits in 0...RecentReceipts.countMax { recents.note(Self.number(digits), now: 0) }
        #expect(recents.status(of: Self.number(0), earned: .zero, now: 0) == .processed(.zero))
        #expect(recents.status(of: Self.number(1), earned: .zero, now: 0) == .registered)
        recents.note(Self.number(-1), now: 10_000)
        #expect(recents.status(of: Self.number(1), earned: .zero, now: 0) == .processed(.zero), "it was forgotten")
        #expect(recents.status(of: Self.number(-1), earned: .zero, now: 10_000) == .registered)
    }

    /// A receipt that was rolled back and is sent again starts anew, and expires by its own time.
    @Test func aReceiptNotedAgainStartsAnew() {
        let recents = RecentReceipts()
        recents.note(Self.number(1), now: 0)
        recents.note(Self.number(1), now: 300)
        recents.note(Self.number(2), now: 450)
        #expect(recents.status(of: Self.number(1), earned: .zero, now: 499) == .registered)
    }

    @Test func noMinuteExceedsTheLimit() {
        var random = SeededRandom(seed: 7)
        for limit in [1, 2, 7, 100] {
            let rate = RequestRate(requestsPerMinute: limit)
            var admitted: [Int64] = []
            var now: Int64 = 5
            for _ in 0..<2000 {
                now += Int64.random(in: 0...(240_000 / Int64(limit)), using: &random) / 3
                let inMinute = admitted.count { $0 > now - 60_000 }
                guard let seconds = rate.admit(now: now) else {
                    #expect(inMinute < limit)
                    admitted.append(now)
                    continue
                }
                #expect(inMinute == limit, "a request was refused below the limit")
                let next = now + Int64(seconds) * 1000
                #expect(admitted.count { $0 > next - 60_000 } < limit, "a request was refused after the wait")
                #expect(admitted.count { $0 > next - 61_000 } == limit, "and not much longer than needed")
            }
            #expect(admitted.count > limit)
        }
    }

    @Test func rewardsAreWrittenInShortestForm() {
        for (millionths, text) in [
            (10_000_000, "10"), (7_250_000, "7.25"), (1, "0.000001"), (100_000, "0.1"), (1_000_001, "1.000001"),
            (Int64.max, "9223372036854.775807"),
        ] as [(Int64, String)] {
            #expect(RewardRule(stored: "a", kind: .points, rewardMillionths: millionths).reward == text)
        }
    }
}

@Suite struct MisbehaviourTests {
    private static let numbers = (0..<3000).map { OrderNumber(stored: String($0)) }

    @Test func everyMisbehaviourHappensAndEveryOrderEnds() {
        let accruals = InventedAccruals(isChaotic: true)
        var seen: [Misbehaviour: Int] = [:]
        for number in Self.numbers {
            var steps: [InventedAccruals.Step] = []
            for _ in 0..<6 { steps.append(accruals.ask(about: number)) }
            let troubles = steps.compactMap { if case .misbehaviour(let trouble) = $0 { trouble } else { nil } }
            for trouble in troubles { seen[trouble, default: 0] += 1 }
            #expect((1...InventedAccruals.misbehavioursMax).contains(troubles.count))
            guard case .response(let last) = steps[5] else {
                Issue.record("\(number) does not end")
                continue
            }
            let calm = InventedAccruals()
            let end = (0..<3).map { _ in calm.ask(about: number) }[2]
            #expect(end == .response(last))
        }
        for trouble in Misbehaviour.allCases { #expect(seen[trouble, default: 0] > 50, "\(trouble)") }
    }

    /// A program that was tried against the chaotic system meets the same misbehaviours after an update.
    @Test(
        arguments: [
            ("12345678903", [.hanging]), ("79927398713", [.enormous, .down]),
            ("9278923470", [.negative, .throttled, .dripping]),
        ] as [(String, [Misbehaviour])])
    func misbehavioursDoNotChangeBetweenReleases(number: String, expected: [Misbehaviour]) {
        let number = OrderNumber(stored: number)
        let found = (1...4).map { InventedAccruals.misbehaviour(of: number, step: $0) }
        #expect(found == (0..<4).map { $0 < expected.count ? expected[$0] : nil })
    }
}
