import TestSupport
import Testing

@testable import Loyalty
@testable import SignIn

@Suite struct BackoffTableTests {
    private static let hour: Int64 = 3_600_000

    /// Attempts that fail again and again, each as soon as it may begin, and the wait after each.
    @Test func eachFailureBeyondTheFreeOnesDoublesTheWait() {
        var table = BackoffTable<Int>(freePerHour: 3, burstMax: 64, delayMaxMilliseconds: 10_000, keysMax: 100)
        var now: Int64 = 50
        var waits: [Int64] = []
        for _ in 0..<9 {
            let wait = table.wait(for: 1, countsPending: true, now: now)
            waits.append(wait)
            now += wait
            #expect(table.wait(for: 1, countsPending: true, now: now) == 0)
            if wait > 0 { #expect(table.wait(for: 1, countsPending: true, now: now - 1) == 1) }
            table.count(1, now: now)
        }
        #expect(waits == [0, 0, 0, 1000, 2000, 4000, 8000, 10_000, 10_000])
        #expect(table.wait(for: 2, countsPending: true, now: now) == 0, "others do not wait")
    }

    @Test func aCountExpiresAfterItsShareOfTheHour() {
        var table = BackoffTable<Int>(freePerHour: 4, burstMax: 64, delayMaxMilliseconds: 60_000, keysMax: 100)
        for _ in 0..<4 { table.count(1, now: 0) }
        #expect(table.wait(for: 1, countsPending: true, now: 0) == 1000)
        // One count has expired, so one more attempt is free.
        #expect(table.wait(for: 1, countsPending: true, now: Self.hour / 4) == 0)
        table.count(1, now: Self.hour / 4)
        #expect(table.wait(for: 1, countsPending: true, now: Self.hour / 4) == 1000)
        // After an hour without attempts all counts have expired.
        let later = Self.hour / 4 * 5
        for _ in 0..<3 { table.count(1, now: later) }
        #expect(table.wait(for: 1, countsPending: true, now: later) == 0)
    }

    /// A hundred attempts at once don't avoid the wait.
    @Test func attemptsInProgressCount() {
        var table = BackoffTable<Int>(freePerHour: 3, burstMax: 64, delayMaxMilliseconds: 60_000, keysMax: 100)
        for _ in 0..<3 {
            #expect(table.wait(for: 1, countsPending: true, now: 0) == 0)
            table.begin(1, now: 0)
        }
        #expect(table.wait(for: 1, countsPending: true, now: 0) == 1000)
        #expect(table.wait(for: 1, countsPending: false, now: 0) == 0, "but where that is not wanted")
        table.end(1, counts: false, now: 0)
        #expect(table.wait(for: 1, countsPending: true, now: 0) == 0)
        for _ in 0..<2 { table.end(1, counts: true, now: 0) }
        table.count(1, now: 0)
        // After too many failures, one attempt at a time may begin.
        #expect(table.wait(for: 1, countsPending: true, now: 1000) == 0)
        table.begin(1, now: 1000)
        #expect(table.wait(for: 1, countsPending: true, now: 1000) > 0)
        #expect(table.wait(for: 1, countsPending: false, now: 1000) > 0)
    }

    /// A burst that was admitted is counted whole: the next attempt is not free as soon as a few counts have expired.
    @Test(arguments: [1, 5, 65]) func aBurstIsCountedWhole(free: Int) {
        var table = BackoffTable<Int>(freePerHour: free, burstMax: 65, delayMaxMilliseconds: 60_000, keysMax: 100)
        let share = Self.hour / Int64(free)
        for _ in 0..<65 {
            #expect(table.wait(for: 1, countsPending: false, now: 0) == 0)
            table.begin(1, now: 0)
        }
        for _ in 0..<65 { table.end(1, counts: true, now: 0) }
        let excess = Int64(65 - free)
        #expect(table.wait(for: 1, countsPending: false, now: 0) == (free == 65 ? 1000 : 60_000))
        // An attempt is free when all counts beyond the free ones have expired, and no sooner.
        let now = (excess + 1) * share
        table.begin(1, now: now - 1)
        #expect(table.wait(for: 1, countsPending: false, now: now - 1) > 0)
        table.end(1, counts: false, now: now - 1)
        table.begin(1, now: now)
        #expect(table.wait(for: 1, countsPending: false, now: now) == 0)
        table.end(1, counts: false, now: now)
    }

    @Test func theCallerMayLimitTheWait() {
        var table = BackoffTable<Int>(freePerHour: 1, burstMax: 64, delayMaxMilliseconds: 60_000, keysMax: 100)
        for _ in 0..<10 {
            table.begin(1, now: 0)
            table.end(1, counts: true, now: 0, delayMaxMilliseconds: 4000)
        }
        #expect(table.wait(for: 1, countsPending: true, now: 0) == 4000)
    }

    /// An attacker who floods the table with other keys loses those, and not the count that he wants to be rid of.
    @Test func keysWithTheMostFailuresAreDroppedLast() {
        var table = BackoffTable<Int>(freePerHour: 5, burstMax: 64, delayMaxMilliseconds: 60_000, keysMax: 1000)
        for _ in 0..<6 { table.count(-1, now: 0) }
        table.begin(-2, now: 0)
        for key in 0..<100_000 {
            table.count(key, now: Int64(key / 100))
            #expect(table.keyCount <= 1000)
        }
        #expect(table.wait(for: -1, countsPending: true, now: 1000) > 0)
        table.end(-2, counts: true, now: 1000)
    }

    @Test func expiredCountersTakeNoMemory() {
        var table = BackoffTable<Int>(freePerHour: 5, burstMax: 64, delayMaxMilliseconds: 60_000, keysMax: 100)
        for key in 0..<100 { table.count(key, now: 0) }
        table.count(100, now: Self.hour)
        #expect(table.keyCount == 1)
        table.forget(100, now: Self.hour)
        #expect(table.keyCount == 0)
        table.begin(1, now: Self.hour)
        table.end(1, counts: false, now: Self.hour)
        #expect(table.keyCount == 0)
    }

    /// A model of the table, with a list of expiry times for each key.
    private struct Model {
        let free: Int
        let countMax: Int
        let delayMax: Int64
        var forgets: [Int: [Int64]] = [:]
        var opens: [Int: Int64] = [:]
        var pending: [Int: Int] = [:]
        var share: Int64 { 3_600_000 / Int64(free) }

        func count(_ key: Int, _ now: Int64) -> Int { forgets[key, default: []].count { $0 > now } }

        func wait(_ key: Int, _ countsPending: Bool, _ now: Int64) -> Int64 {
            let pending = pending[key] ?? 0
            if count(key, now) + (countsPending ? pending : 0) < free { return 0 }
            if let opens = opens[key], opens > now { return opens - now }
            return pending > 0 ? 1000 : 0
        }

        mutating func fail(_ key: Int, _ now: Int64) {
            var moments = forgets[key, default: []].filter { $0 > now }
            moments.append((moments.last ?? now) + share)
            if moments.last! > now + Int64(countMax) * share {
                moments = (1...countMax).map { now + Int64($0) * share }
            }
            forgets[key] = moments
            let excess = moments.count - free
            if excess >= 0 { opens[key] = now + min(delayMax, 1000 << Int64(min(excess, 20))) }
        }
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func aRandomRunAgreesWithTheModel(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let free = Int.random(in: 1...8, using: &random)
        var table = BackoffTable<Int>(freePerHour: free, burstMax: 64, delayMaxMilliseconds: 16_000, keysMax: 100)
        var model = Model(free: free, countMax: free + 4 + 64, delayMax: 16_000)
        var now: Int64 = 0
        for round in 0..<3000 {
            let pauses: [Int64] = [0, 1, 500, 2000, 20_000, 900_000]
            now += pauses.randomElement(using: &random)! * Int64.random(in: 0...2, using: &random)
            let key = Int.random(in: 0..<4, using: &random)
            let countsPending = Bool.random(using: &random)
            let wait = table.wait(for: key, countsPending: countsPending, now: now)
            #expect(wait == model.wait(key, countsPending, now), "seed \(seed), round \(round)")
            switch Int.random(in: 0..<8, using: &random) {
            case 0..<4 where wait == 0:
                table.begin(key, now: now)
                model.pending[key, default: 0] += 1
            case 4..<7 where model.pending[key, default: 0] > 0:
                let fails = Int.random(in: 0..<3, using: &random) > 0
                table.end(key, counts: fails, now: now)
                model.pending[key]! -= 1
                if fails { model.fail(key, now) }
            case 7:
                table.forget(key, now: now)
                (model.forgets[key], model.opens[key]) = (nil, nil)
            default: break
            }
        }
    }
}
