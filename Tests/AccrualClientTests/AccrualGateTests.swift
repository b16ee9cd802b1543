import AccrualClient
import Testing

@Suite struct AccrualGateTests {
    @Test func noRequestPassesBeforeThePauseEnds() {
        let gate = AccrualGate()
        #expect(gate.pass(now: 0))
        gate.close(seconds: 1, requestsPerMinute: nil, now: 0)
        // An earlier end that arrives later changes nothing.
        gate.close(seconds: 1, requestsPerMinute: nil, now: -500)
        #expect(!gate.pass(now: 999))
        #expect(gate.allowance(limit: 5, now: 999) == 0)
        #expect(gate.closedUntil(now: 999) == 1000)
        #expect(gate.closedUntil(now: 1000) == nil)
        #expect(gate.allowance(limit: 5, now: 1000) == 5)
        #expect(gate.pass(now: 1000))
    }

    /// A refusal without a length is a pause of one second, and of twice the last one while nothing but refusals
    /// arrives.
    @Test func aPauseWithoutALengthGrowsWhileRefusalsFollowEachOther() {
        let gate = AccrualGate()
        var now: Int64 = 0
        var pauses: [Int64] = []
        for _ in 0..<9 {
            #expect(gate.pass(now: now))
            // Eight workers are refused at once, and one a moment later.
            for _ in 0..<8 { gate.close(seconds: nil, requestsPerMinute: nil, now: now) }
            gate.close(seconds: nil, requestsPerMinute: nil, now: now + 500)
            pauses.append(((gate.closedUntil(now: now) ?? now) - now) / 1000)
            now = gate.closedUntil(now: now) ?? now
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        gate.noteGoodAnswer()
        gate.close(seconds: nil, requestsPerMinute: nil, now: now)
        #expect(gate.closedUntil(now: now) == now + 1000)
        // A pause with a length has that length, whatever the other pause is.
        gate.close(seconds: 30, requestsPerMinute: nil, now: now)
        #expect(gate.closedUntil(now: now) == now + 30_000)
    }

    /// Each request that passes is counted, whatever the allowance was.
    @Test func noRequestPassesFasterThanThePace() {
        let gate = AccrualGate(requestsPerMinuteMax: 60)
        #expect(gate.requestsPerMinuteMax == 60)
        let passed = (0..<60_000).count { gate.pass(now: 10_000 + Int64($0)) }
        #expect((55...56).contains(passed), "\(passed)")
        gate.close(seconds: 0, requestsPerMinute: 6, now: 200_000)
        #expect(gate.requestsPerMinuteMax == 6)
        #expect((0..<65_000).count { gate.pass(now: 200_000 + Int64($0)) } == 6)
    }

    /// The owner's limit may change while the server runs; the limit that the accrual system announced remains.
    @Test func theOwnersPaceMayChange() {
        let gate = AccrualGate()
        gate.limit(requestsPerMinuteMax: 60)
        #expect((0..<60_000).count { gate.pass(now: 10_000 + Int64($0)) } <= 60)
        gate.close(seconds: 0, requestsPerMinute: 6, now: 200_000)
        gate.limit(requestsPerMinuteMax: 30)
        #expect(gate.requestsPerMinuteMax == 6)
        gate.limit(requestsPerMinuteMax: 3)
        #expect(gate.requestsPerMinuteMax == 3)
        gate.limit(requestsPerMinuteMax: nil)
        #expect(gate.requestsPerMinuteMax == 6)
    }
}
