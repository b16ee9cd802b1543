import TestSupport
import Testing

@testable import Front

@Suite struct DeadlineWheelTests {
    static let tick = DeadlineWheel.tickNanoseconds
    /// A time that is not a multiple of a tick.
    static let start: Int64 = 987_654_321_987

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// The time after the start.
        let moment: Int64
        /// The number of ticks after that of the start.
        let comesOutIn: Int64
        var testDescription: String { name }
    }

    /// The start is 54 ms after the beginning of its tick.
    @Test(arguments: [
        Case(name: "now", moment: 0, comesOutIn: 1),
        Case(name: "past", moment: -10 * tick, comesOutIn: 0),
        Case(name: "later in this tick", moment: 40_000_000, comesOutIn: 1),
        Case(name: "in the next tick", moment: 50_000_000, comesOutIn: 2),
        Case(name: "in ten seconds", moment: 100 * tick, comesOutIn: 101),
        Case(name: "at the wheel's end", moment: 510 * tick, comesOutIn: 511),
        Case(name: "beyond the wheel", moment: 511 * tick, comesOutIn: 511),
        Case(name: "far beyond", moment: 100_000 * tick, comesOutIn: 511),
    ])
    func aTokenComesOutInTheTickAfterItsDeadline(_ one: Case) {
        var wheel = DeadlineWheel(now: Self.start)
        #expect(wheel.nextNanoseconds() == nil)
        let expected = Self.start / Self.tick + one.comesOutIn
        let tick = wheel.insert(7, at: Self.start + one.moment)
        #expect(tick == expected)
        #expect(wheel.nextNanoseconds() == expected * Self.tick)
        var out: [UInt64] = []
        wheel.advance(to: expected * Self.tick - 1) { token, _, _ in out.append(token) }
        #expect(out == [])
        wheel.advance(to: expected * Self.tick) { token, tick, _ in
            out.append(token)
            #expect(tick == expected)
        }
        #expect(out == [7])
        #expect(wheel.nextNanoseconds() == nil)
        wheel.advance(to: (expected + 2_000) * Self.tick) { _, _, _ in Issue.record("it comes out once") }
    }

    @Test func aTokenThatIsInsertedDuringAnAdvanceComesOutLater() {
        var wheel = DeadlineWheel(now: Self.start)
        _ = wheel.insert(1, at: Self.start)
        var moments: [Int64] = []
        for step in 1...30 {
            let now = Self.start + Int64(step) * Self.tick
            wheel.advance(to: now) { token, _, wheel in
                moments.append(now)
                _ = wheel.insert(token, at: now + 4 * Self.tick)
            }
        }
        #expect(moments.count == 6)
        #expect(zip(moments, moments.dropFirst()).allSatisfy { $1 - $0 == 5 * Self.tick })
    }

    /// Deadlines of up to 70 seconds against a list of all tokens, with pauses of up to two turns of the wheel.
    @Test(arguments: [1, 2, 3, 4, 5])
    func agreesWithAList(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        var now = Self.start
        var wheel = DeadlineWheel(now: now)
        var model: [UInt64: (tick: Int64, moment: Int64, isBeyond: Bool)] = [:]
        var nextToken: UInt64 = 0
        for step in 0..<4_000 {
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                let moment = now + Int64.random(in: -Self.tick...700 * Self.tick, using: &generator)
                model[nextToken] = (wheel.insert(nextToken, at: moment), moment, moment - now > 509 * Self.tick)
                nextToken += 1
            }
            let isPause = Int.random(in: 0..<100, using: &generator) == 0
            now += Int64.random(in: 0...(isPause ? 1_000 * Self.tick : 2 * Self.tick), using: &generator)
            var out: Set<UInt64> = []
            wheel.advance(to: now) { token, tick, _ in
                #expect(model[token]?.tick == tick && !out.contains(token), "seed \(seed), step \(step)")
                out.insert(token)
            }
            let expected = Set(model.filter { $0.value.tick <= now / Self.tick }.keys)
            let next = model.values.map(\.tick).filter { $0 > now / Self.tick }.min()
            // A token whose deadline is within the wheel never comes out before its deadline.
            let early = out.filter { model[$0]!.moment > now && !model[$0]!.isBeyond }
            guard out == expected, early.isEmpty, wheel.nextNanoseconds() == next.map({ $0 * Self.tick }) else {
                Issue.record("seed \(seed), step \(step)")
                return
            }
            for token in out { model[token] = nil }
        }
    }
}
