import Testing

@testable import Front

/// The order of turns by the costs of the members, which the test chooses.
@Suite struct TurnScheduleTests {
    private typealias Schedule = TurnSchedule<String>

    /// Serves members in their turns, each with its cost, and returns them in that order.
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

    @Test func membersOfOneShareGoInOrderOfArrival() {
        var schedule = Schedule()
        let share = Schedule.Share()
        for name in ["a", "b", "c"] { schedule.enter(name, of: share, isCostly: false) }
        #expect(!schedule.isEmpty)
        #expect(serve(&schedule) == ["a", "b", "c"])
        #expect(schedule.isEmpty)
        #expect(schedule.next() == nil)
    }

    /// One share has a thousand members that cost half a millisecond each, the other one has a member now and then.
    @Test func aClientWithFewRequestsWaitsForOneQuantum() {
        var schedule = Schedule()
        let (greedy, modest) = (Schedule.Share(), Schedule.Share())
        for _ in 0..<1_000 { schedule.enter("greedy", of: greedy, isCostly: true) }
        let cost: (String) -> Int64 = { $0 == "greedy" ? 500_000 : 1_000 }
        #expect(serve(&schedule, count: 10, cost: cost).count == 10)
        for _ in 0..<50 {
            schedule.enter("modest", of: modest, isCostly: false)
            let served = serve(&schedule, count: 3, cost: cost)
            // At most two of the others go before it, which is a quantum.
            #expect(served.contains("modest"), "\(served)")
        }
    }

    /// A client that asks now and then does not wait for the rest of another client's quantum, whether the other share
    /// is fresh, as at first, or was served before.
    @Test func aFreshShareInterruptsAQuantum() {
        var schedule = Schedule()
        let (greedy, other, modest) = (Schedule.Share(), Schedule.Share(), Schedule.Share())
        for _ in 0..<100 { schedule.enter("greedy", of: greedy, isCostly: true) }
        let cost: (String) -> Int64 = { $0 == "modest" ? 1_000 : 200_000 }
        for count in [1, 7] {
            #expect(serve(&schedule, count: count, cost: cost).allSatisfy { $0 == "greedy" })
            schedule.enter("modest", of: modest, isCostly: false)
            #expect(serve(&schedule, count: 1, cost: cost) == ["modest"])
        }
        // The rest of the interrupted quantum, two turns, comes before the next quantum of another share.
        for _ in 0..<100 { schedule.enter("other", of: other, isCostly: true) }
        let quantum = Array(repeating: "other", count: 5)
        #expect(serve(&schedule, count: 12, cost: cost) == quantum + ["greedy", "greedy"] + quantum)
    }

    /// If both shares are always busy, each gets half of the time, however costly its members are.
    @Test(arguments: [(1, 1), (1, 10), (50, 1), (1, 100)] as [(Int64, Int64)])
    func sharesGetTheSameTime(costs: (Int64, Int64)) {
        var schedule = Schedule()
        let shares = ["a": Schedule.Share(), "b": Schedule.Share()]
        var spent: [String: Int64] = [:]
        for (name, share) in shares {
            for _ in 0..<4 { schedule.enter(name, of: share, isCostly: false) }
        }
        for _ in 0..<20_000 {
            guard let (name, _) = schedule.next() else { break }
            let nanoseconds = (name == "a" ? costs.0 : costs.1) * 10_000
            schedule.charge(nanoseconds)
            spent[name, default: 0] += nanoseconds
            schedule.enter(name, of: shares[name]!, isCostly: false)
        }
        let total = Double(spent["a"]! + spent["b"]!)
        #expect(abs(Double(spent["a"]!) / total - 0.5) < 0.05, "\(spent)")
    }

    /// Quick members of a share don't wait for costly ones, and costly ones get turns too.
    @Test func quickMembersGoFirstAndCostlyOnesGetTurns() {
        var schedule = Schedule()
        let share = Schedule.Share()
        for _ in 0..<100 { schedule.enter("costly", of: share, isCostly: true) }
        for _ in 0..<1_000 { schedule.enter("quick", of: share, isCostly: false) }
        let served = serve(&schedule) { $0 == "costly" ? 500_000 : 10_000 }
        #expect(served.count == 1_100)
        // Half a quantum is fifty quick members.
        let costlyAt = served.indices.filter { served[$0] == "costly" }
        #expect(costlyAt.first == 50)
        #expect(served.prefix(1_020).count { $0 == "quick" } == 1_000)
    }

    /// A share that becomes idle and active again at once does not go before the others each time.
    @Test func aShareThatReturnsAtOnceIsNotFreshEachTime() {
        var schedule = Schedule()
        let (steady, eager) = (Schedule.Share(), Schedule.Share())
        for _ in 0..<2_000 { schedule.enter("steady", of: steady, isCostly: false) }
        schedule.enter("eager", of: eager, isCostly: false)
        var served: [String: Int] = [:]
        for _ in 0..<1_000 {
            guard let (name, _) = schedule.next() else { break }
            schedule.charge(400_000)
            served[name, default: 0] += 1
            if name == "eager" { schedule.enter("eager", of: eager, isCostly: false) }
        }
        #expect(served["steady"]! >= 450, "\(served)")
        #expect(served["eager"]! >= 450, "\(served)")
    }

    /// After a request that took very long, its client waits for others, but for a limited time.
    @Test func debtIsBounded() {
        var schedule = Schedule()
        let (late, other) = (Schedule.Share(), Schedule.Share())
        for _ in 0..<2 { schedule.enter("late", of: late, isCostly: true) }
        for _ in 0..<100 { schedule.enter("other", of: other, isCostly: false) }
        let served = serve(&schedule) { $0 == "late" ? 60_000_000_000 : 1_000_000 }
        #expect(served.first == "late")
        #expect((8...10).contains(served.dropFirst().firstIndex(of: "late")!), "\(served)")
    }

    /// New clients without end, of which two wait at any time, don't keep a steady one from its turns.
    @Test(arguments: [50_000, 400_000, 2_000_000] as [Int64]) func freshSharesLeaveTurnsToOthers(cost: Int64) {
        var schedule = Schedule()
        let steady = Schedule.Share()
        for _ in 0..<1_000 { schedule.enter("steady", of: steady, isCostly: false) }
        var waitingCount = 0
        var servedAt: [Int] = []
        for step in 0..<600 {
            while waitingCount < 2 {
                schedule.enter("fresh", of: Schedule.Share(), isCostly: false)
                waitingCount += 1
            }
            guard let (member, _) = schedule.next() else { break }
            schedule.charge(cost)
            if member == "steady" { servedAt.append(step) } else { waitingCount -= 1 }
        }
        // A quantum of fresh ones goes before each of its turns, and another one for what a turn has cost too much.
        let distanceMax = zip(servedAt, servedAt.dropFirst()).map { $1 - $0 }.max() ?? .max
        #expect(distanceMax <= max(3, Int((Schedule.quantumNanoseconds + cost - 1) / cost) + 1), "\(servedAt)")
        #expect(servedAt.last ?? 0 > 550)
    }

    /// New clients without end and all others get as much time each.
    @Test(arguments: [10_000, 50_000, 400_000] as [Int64]) func othersGetHalfOfTheTimeBesideFreshShares(cost: Int64) {
        var schedule = Schedule()
        let steady = [Schedule.Share(), Schedule.Share(), Schedule.Share()]
        for share in steady { for _ in 0..<5_000 { schedule.enter("steady", of: share, isCostly: false) } }
        var steadyCount = 0
        for _ in 0..<5_000 {
            schedule.enter("fresh", of: Schedule.Share(), isCostly: false)
            guard let (member, _) = schedule.next() else { break }
            schedule.charge(cost)
            if member == "steady" { steadyCount += 1 }
        }
        #expect((2_000...3_000).contains(steadyCount), "\(steadyCount)")
    }

    /// A client that has used much more than its quantum waits for others, although it has nothing to do meanwhile.
    @Test func debtIsNotForgivenWhileFreshSharesWait() {
        var schedule = Schedule()
        let late = Schedule.Share()
        schedule.enter("late", of: late, isCostly: false)
        for _ in 0..<100 { schedule.enter("fresh", of: Schedule.Share(), isCostly: false) }
        let cost: (String) -> Int64 = { $0 == "late" ? 60_000_000_000 : 1_000_000 }
        #expect(serve(&schedule, count: 3, cost: cost).first == "late")
        schedule.enter("late", of: late, isCostly: false)
        let served = serve(&schedule, cost: cost)
        #expect((5...8).contains(served.firstIndex(of: "late")!), "\(served)")
    }

    /// A proxy's request is looked at before the requests of busy clients, of which there may be many.
    @Test func aProxysShareDoesNotWaitForBusyShares() {
        var schedule = Schedule()
        let proxy = Schedule.Share()
        proxy.isOfProxy = true
        for _ in 0..<20 {
            let busy = Schedule.Share()
            for _ in 0..<1_000 { schedule.enter("busy", of: busy, isCostly: false) }
        }
        // After that, no busy share is fresh.
        #expect(serve(&schedule, count: 200, cost: { _ in 500_000 }).count == 200)
        for _ in 0..<100 {
            schedule.enter("proxy", of: proxy, isCostly: false)
            let served = serve(&schedule, count: 3) { $0 == "proxy" ? 5_000 : 500_000 }
            #expect(served.contains("proxy"), "\(served)")
        }
    }

    /// The schedule forgets each share, once, when its members were served and it has gone through the list of the
    /// others.
    @Test func eachShareIsForgottenOnce() {
        var schedule = Schedule()
        let steady = Schedule.Share()
        let forgotten = Tally()
        for _ in 0..<100 { schedule.enter("steady", of: steady, isCostly: false) }
        for _ in 0..<50 {
            let share = Schedule.Share()
            share.whenUnlisted = { forgotten.count += 1 }
            schedule.enter("fresh", of: share, isCostly: false)
            #expect(share.isListed)
        }
        #expect(serve(&schedule, count: 1) == ["steady"])
        #expect(forgotten.count == 0)
        #expect(serve(&schedule) { _ in 400_000 }.count == 149)
        #expect(forgotten.count == 50)
        #expect(!steady.isListed)
    }

    private final class Tally {
        var count = 0
    }
}
