import Testing

@testable import Front

/// Whose turn it is, by what each has cost. Time is what the test says.
@Suite struct TurnScheduleTests {
    private typealias Schedule = TurnSchedule<String>

    /// Serves members in turn, each at its cost, and returns them in their order.
    private func serve(
        _ schedule: inout TurnSchedule<String>, count: Int = .max, cost: (String) -> Int64 = { _ in 1_000 }
    ) -> [String] {
        var served: [String] = []
        while served.count < count, let (member, _) = schedule.next() {
            served.append(member)
            schedule.charge(cost(member))
        }
        return served
    }

    @Test func membersOfOneShareGoInTheOrderInWhichTheyCame() {
        var schedule = Schedule()
        let share = Schedule.Share()
        for name in ["a", "b", "c"] { schedule.enter(name, of: share, isDear: false) }
        #expect(!schedule.isEmpty)
        #expect(serve(&schedule) == ["a", "b", "c"])
        #expect(schedule.isEmpty)
        #expect(schedule.next() == nil)
    }

    /// One share has a thousand members that cost half a millisecond, the other one that asks now and then.
    @Test func clientThatAsksNowAndThenWaitsForOneQuantum() {
        var schedule = Schedule()
        let (greedy, modest) = (Schedule.Share(), Schedule.Share())
        for _ in 0..<1_000 { schedule.enter("greedy", of: greedy, isDear: true) }
        let cost: (String) -> Int64 = { $0 == "greedy" ? 500_000 : 1_000 }
        #expect(serve(&schedule, count: 10, cost: cost).count == 10)
        for _ in 0..<50 {
            schedule.enter("modest", of: modest, isDear: false)
            let served = serve(&schedule, count: 3, cost: cost)
            // Two of the others at most, which is a quantum.
            #expect(served.contains("modest"), "\(served)")
        }
    }

    /// Both have more to do than gets done: each has half of the time, however dear its members are.
    @Test(arguments: [(1, 1), (1, 10), (50, 1), (1, 100)] as [(Int64, Int64)])
    func sharesGetTheSameTime(costs: (Int64, Int64)) {
        var schedule = Schedule()
        let shares = ["a": Schedule.Share(), "b": Schedule.Share()]
        var spent: [String: Int64] = [:]
        for (name, share) in shares {
            for _ in 0..<4 { schedule.enter(name, of: share, isDear: false) }
        }
        for _ in 0..<20_000 {
            guard let (name, _) = schedule.next() else { break }
            let nanoseconds = (name == "a" ? costs.0 : costs.1) * 10_000
            schedule.charge(nanoseconds)
            spent[name, default: 0] += nanoseconds
            schedule.enter(name, of: shares[name]!, isDear: false)
        }
        let total = Double(spent["a"]! + spent["b"]!)
        #expect(abs(Double(spent["a"]!) / total - 0.5) < 0.05, "\(spent)")
    }

    /// At one address, the quick ones wait for none of the dear ones, and these are not forgotten.
    @Test func quickMembersGoFirstAndDearOnesGoToo() {
        var schedule = Schedule()
        let share = Schedule.Share()
        for _ in 0..<100 { schedule.enter("dear", of: share, isDear: true) }
        for _ in 0..<1_000 { schedule.enter("quick", of: share, isDear: false) }
        let served = serve(&schedule) { $0 == "dear" ? 500_000 : 10_000 }
        #expect(served.count == 1_100)
        // Half a quantum of quick ones is fifty of them.
        let dearAt = served.indices.filter { served[$0] == "dear" }
        #expect(dearAt.first == 50)
        #expect(served.prefix(1_020).count { $0 == "quick" } == 1_000)
    }

    /// A share that is done and begins again at once takes turns with the others all the same.
    @Test func shareThatComesAgainAtOnceIsNotFreshEachTime() {
        var schedule = Schedule()
        let (steady, eager) = (Schedule.Share(), Schedule.Share())
        for _ in 0..<2_000 { schedule.enter("steady", of: steady, isDear: false) }
        schedule.enter("eager", of: eager, isDear: false)
        var served: [String: Int] = [:]
        for _ in 0..<1_000 {
            guard let (name, _) = schedule.next() else { break }
            schedule.charge(400_000)
            served[name, default: 0] += 1
            if name == "eager" { schedule.enter("eager", of: eager, isDear: false) }
        }
        #expect(served["steady"]! >= 450, "\(served)")
        #expect(served["eager"]! >= 450, "\(served)")
    }

    /// One request took very long: its client waits for others, but not for ever.
    @Test func debtIsBounded() {
        var schedule = Schedule()
        let (late, other) = (Schedule.Share(), Schedule.Share())
        for _ in 0..<2 { schedule.enter("late", of: late, isDear: true) }
        for _ in 0..<100 { schedule.enter("other", of: other, isDear: false) }
        let served = serve(&schedule) { $0 == "late" ? 60_000_000_000 : 1_000_000 }
        #expect(served.first == "late")
        #expect((8...10).contains(served.dropFirst().firstIndex(of: "late")!), "\(served)")
    }
}
