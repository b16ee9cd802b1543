import Accrual
import Testing

@Suite struct AccrualGateTests {
    @Test func nobodyPassesBeforeThePauseEnds() {
        let gate = AccrualGate()
        #expect(gate.pass(now: 0))
        gate.close(until: 1000, requestsPerMinute: nil, now: 0)
        // An earlier end, told of later, changes nothing.
        gate.close(until: 500, requestsPerMinute: nil, now: 0)
        #expect(!gate.pass(now: 999))
        #expect(gate.allowance(limit: 5, now: 999) == 0)
        #expect(gate.closedUntil(now: 999) == 1000)
        #expect(gate.closedUntil(now: 1000) == nil)
        #expect(gate.allowance(limit: 5, now: 1000) == 5)
        #expect(gate.pass(now: 1000))
    }

    /// Whoever passes is counted, however many were let go for it.
    @Test func nobodyPassesFasterThanThePace() {
        let gate = AccrualGate(requestsPerMinuteMax: 60)
        #expect(gate.requestsPerMinuteMax == 60)
        let passed = (0..<60_000).count { gate.pass(now: 10_000 + Int64($0)) }
        #expect((55...56).contains(passed), "\(passed)")
        gate.close(until: 0, requestsPerMinute: 6, now: 200_000)
        #expect(gate.requestsPerMinuteMax == 6)
        #expect((0..<65_000).count { gate.pass(now: 200_000 + Int64($0)) } == 6)
    }

    /// The owner's limit may change while the server runs; what the accrual system announced stays.
    @Test func theOwnersPaceMayChange() {
        let gate = AccrualGate()
        gate.limit(requestsPerMinuteMax: 60)
        #expect((0..<60_000).count { gate.pass(now: 10_000 + Int64($0)) } <= 60)
        gate.close(until: 0, requestsPerMinute: 6, now: 200_000)
        gate.limit(requestsPerMinuteMax: 30)
        #expect(gate.requestsPerMinuteMax == 6)
        gate.limit(requestsPerMinuteMax: 3)
        #expect(gate.requestsPerMinuteMax == 3)
        gate.limit(requestsPerMinuteMax: nil)
        #expect(gate.requestsPerMinuteMax == 6)
    }
}
