import Accrual
import Testing

@Suite struct PaceTests {
    /// Asks for as much as it may have at every tick of ten minutes, and counts what any minute got.
    @Test(arguments: [1, 2, 7, 59, 60, 61, 240, 1000, 6000, 100_000])
    func noMinuteGetsMoreAndAllGetNearlyThat(perMinute: Int) {
        var pace = Pace(requestTimeoutMilliseconds: 1000)
        pace.limit(requestsPerMinute: perMinute, now: 0)
        var sent: [(at: Int64, count: Int)] = []
        for tick in 0..<2400 {
            let now = Int64(tick) * 250
            let count = pace.allowance(limit: 1_000_000, now: now)
            pace.noteSent(count, now: now)
            sent.append((now, count))
        }
        var most = 0
        for start in stride(from: 0, to: sent.count - 240, by: 7) {
            most = max(most, sent[start..<(start + 240)].reduce(0) { $0 + $1.count })
        }
        #expect(most <= perMinute)
        let all = sent.reduce(0) { $0 + $1.count }
        #expect(all >= perMinute * 9, "\(all) in ten minutes")
        // Evenly: no tick gets more than its share, and what falls between two looks.
        let share = perMinute * 250 / 60_000 + 1
        #expect(sent.allSatisfy { $0.count <= share + 1 })
    }

    @Test func withoutALimitAllGo() {
        var pace = Pace(requestTimeoutMilliseconds: 1000)
        #expect(pace.allowance(limit: 17, now: 5) == 17)
        pace.noteSent(17, now: 5)
        #expect(pace.allowance(limit: 17, now: 5) == 17)
    }

    @Test func whatWasNotUsedIsNotSavedUp() {
        var pace = Pace(requestTimeoutMilliseconds: 1000)
        pace.limit(requestsPerMinute: 600, now: 0)
        #expect(pace.allowance(limit: 1000, now: 50_000) <= 11)
    }
}

@Suite struct RetryPolicyTests {
    @Test func delaysDoubleUpToTheMaximum() {
        let policy = RetryPolicy(delayMinMilliseconds: 500, delayMaxMilliseconds: 60_000)
        let cases = [
            (1, 500), (2, 1000), (3, 2000), (7, 32_000), (8, 60_000), (9, 60_000), (64, 60_000), (.max, 60_000),
        ]
        for (attempts, delay) in cases { #expect(policy.delayMilliseconds(afterAttempts: attempts) == delay) }
        let long = RetryPolicy(delayMinMilliseconds: .max / 2, delayMaxMilliseconds: .max)
        #expect(long.delayMilliseconds(afterAttempts: 40) == .max)
    }
}
