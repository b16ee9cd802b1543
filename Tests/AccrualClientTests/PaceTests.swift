import AccrualClient
import Testing

@Suite struct PaceTests {
    /// Uses the whole allowance at every tick of ten minutes, and counts the requests in each minute.
    @Test(arguments: [1, 2, 7, 59, 60, 61, 240, 1000, 6000, 100_000])
    func noMinuteExceedsThePaceAndAllNearlyReachIt(perMinute: Int) {
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
        // Requests are spread evenly: no tick gets more than its share, and the time between two calls.
        let share = perMinute * 250 / 60_000 + 1
        #expect(sent.allSatisfy { $0.count <= share + 1 })
    }

    @Test func withoutALimitAllRequestsPass() {
        var pace = Pace(requestTimeoutMilliseconds: 1000)
        #expect(pace.allowance(limit: 17, now: 5) == 17)
        pace.noteSent(17, now: 5)
        #expect(pace.allowance(limit: 17, now: 5) == 17)
    }

    /// Runs ticks for some minutes, and returns the number of requests in each minute.
    private func sentByMinute(_ pace: inout Pace, from start: Int64, minutes: Int) -> [Int] {
        (0..<minutes).map { minute in
            (0..<240).reduce(0) { sum, tick in
                let now = start + Int64(minute) * 60_000 + Int64(tick) * 250
                let count = pace.allowance(limit: 1_000_000, now: now)
                pace.noteSent(count, now: now)
                return sum + count
            }
        }
    }

    @Test func afterTenMinutesThePaceIsRaisedUntilARefusal() {
        var pace = Pace(requestTimeoutMilliseconds: 1000)
        pace.limit(requestsPerMinute: 100, now: 0)
        #expect(sentByMinute(&pace, from: 0, minutes: 10).allSatisfy { $0 <= 100 })
        #expect(pace.requestsPerMinuteMax == 100)
        let more = sentByMinute(&pace, from: 600_000, minutes: 10)
        #expect(more.allSatisfy { $0 <= 125 } && more.last! > 100)
        #expect(pace.requestsPerMinuteMax == 125)
        _ = pace.allowance(limit: 1, now: 1_200_000)
        #expect(pace.requestsPerMinuteMax == 156)
        // A refusal without a number means the number that was announced before.
        pace.limit(requestsPerMinute: nil, now: 1_800_000)
        #expect(pace.requestsPerMinuteMax == 100)
        #expect(sentByMinute(&pace, from: 1_900_000, minutes: 8).allSatisfy { $0 <= 100 })
    }

    @Test func aLimitThatWasLiftedIsForgottenInTime() {
        var pace = Pace(requestTimeoutMilliseconds: 1000)
        pace.limit(requestsPerMinute: 1, now: 0)
        var now: Int64 = 0
        while pace.requestsPerMinuteMax != nil, now < 14 * 3_600_000 {
            pace.noteSent(pace.allowance(limit: 1_000_000, now: now), now: now)
            now += 1000
        }
        #expect(pace.requestsPerMinuteMax == nil)
    }

    /// After a night without orders, the morning does not begin with a burst.
    @Test func aPaceThatIsNotUsedUpIsNotRaised() {
        var pace = Pace(requestTimeoutMilliseconds: 1000)
        pace.limit(requestsPerMinute: 60, now: 0)
        for second in 0..<36_000 as Range<Int64> where second % 30 == 0 {
            pace.noteSent(pace.allowance(limit: 1, now: second * 1000), now: second * 1000)
        }
        #expect(pace.requestsPerMinuteMax == 60)
    }

    /// However long a request may take, there is no pause between the minutes.
    @Test(arguments: [100, 5000, 60_000, 3_600_000])
    func requestsAreSpreadEvenly(requestTimeoutMilliseconds: Int) {
        var pace = Pace(requestsPerMinuteMax: 60, requestTimeoutMilliseconds: requestTimeoutMilliseconds)
        var sentAt: [Int64] = []
        for now in stride(from: 0, to: 600_000, by: 100) as StrideTo<Int64> {
            let count = pace.allowance(limit: 1000, now: now)
            pace.noteSent(count, now: now)
            sentAt += Array(repeating: now, count: count)
        }
        let gaps = zip(sentAt.dropFirst(), sentAt).map { $0 - $1 }
        #expect(gaps.allSatisfy { (900...1300).contains($0) }, "\(Set(gaps).sorted())")
    }

    @Test func theOwnersLimitIsNeverExceeded() {
        var pace = Pace(requestsPerMinuteMax: 50, requestTimeoutMilliseconds: 1000)
        #expect(sentByMinute(&pace, from: 0, minutes: 3).allSatisfy { $0 <= 50 })
        pace.limit(requestsPerMinute: 1000, now: 180_000)
        #expect(pace.requestsPerMinuteMax == 50)
        #expect(sentByMinute(&pace, from: 180_000, minutes: 60).allSatisfy { $0 <= 50 })
        pace.limit(requestsPerMinute: 20, now: 3_780_000)
        #expect(pace.requestsPerMinuteMax == 20)
        #expect(sentByMinute(&pace, from: 3_900_000, minutes: 300).allSatisfy { $0 <= 50 })
        #expect(pace.requestsPerMinuteMax == 50)
    }

    /// The largest integer is a valid pace too.
    @Test func anEnormousPaceIsNoLimit() {
        var pace = Pace(requestTimeoutMilliseconds: 1000)
        pace.limit(requestsPerMinute: .max, now: 0)
        let count = pace.allowance(limit: 1000, now: 60_000)
        #expect(count == 1000)
        pace.noteSent(count, now: 60_000)
        #expect(pace.requestsPerMinuteMax == .max)
    }

    @Test func unusedTimeIsNotSavedUp() {
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
