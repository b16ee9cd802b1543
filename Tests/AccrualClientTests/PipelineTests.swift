import AccrualClient
import Loyalty
import Posix
import TestSupport
import Testing

@Suite struct PipelineTests {
    @Test func anOrderGoesThroughAllStepsAndIsCreditedOnce() {
        let harness = PipelineHarness()
        let order = order(1)
        let digits = order.number.digits
        harness.accrual.script(
            order,
            [
                .answer(204, ""), .answer(200, #"{"order":"\#(digits)","status":"REGISTERED"}"#),
                .answer(200, #"{"order":"\#(digits)","status":"PROCESSING"}"#), .throttle(seconds: 60, ""),
                .answer(500, ""), .fail, .answer(200, #"{"order":"\#(digits)","status":"PROCESSED","accrual":729.98}"#),
            ])
        harness.pool.put(order)
        for _ in 0..<1000 where harness.pool.counts.all > 0 { harness.tick() }
        // The first settlement says that the order is known, and the second one is final: nothing between them needs a
        // write.
        #expect(
            harness.database.settlements == [
                Settlement(order: order.id, number: order.number, verdict: .processing),
                Settlement(
                    order: order.id, number: order.number, verdict: .processed(Points(hundredths: 72_998))),
            ])
        #expect(harness.accrual.asked.count == 7)
        harness.stop()
    }

    @Test func resultsThatCouldNotBeStoredAreKept() {
        let harness = PipelineHarness()
        for id in 1...5 { harness.pool.put(order(Int64(id))) }
        harness.database.state.withLock { $0.failures = 3 }
        for _ in 0..<4 { harness.tick() }
        #expect(harness.database.settlements.isEmpty)
        #expect(harness.pool.counts.all == 5)
        harness.tick()
        #expect(harness.database.batches.map(\.count) == [5])
        #expect(harness.accrual.asked.count == 5)
        #expect(harness.pool.counts.all == 0)
        harness.stop()
    }

    @Test func aJobThatHangsHoldsUpNothingElse() {
        let harness = PipelineHarness(workers: 2)
        harness.accrual.script(order(1), [.hang])
        harness.pool.put(order(1))
        harness.tick(hanging: 1)
        for id in 2...200 { harness.pool.put(order(Int64(id))) }
        for _ in 0..<20 where harness.pool.counts.all > 1 { harness.tick(hanging: 1) }
        #expect(harness.pool.counts.all == 1)
        #expect(harness.snapshot.inFlight == 1)
        harness.accrual.letGo()
        harness.stop()
    }

    @Test func aNewOrderIsAskedAboutWithinTwoTicksWhateverWaits() {
        let harness = PipelineHarness(workers: 2)
        harness.database.state.withLock { state in state.unfinished = (1...20_000).map { order(Int64($0)) } }
        for id in 1...20_000 { harness.accrual.script(order(Int64(id)), [.answer(204, "")]) }
        for _ in 0..<5 { harness.tick() }
        harness.pool.put(order(30_000))
        harness.tick()
        harness.tick()
        #expect(harness.accrual.asked.contains(order(30_000).number.digits))
        harness.stop()
    }

    @Test func aPauseHoldsForAllWorkersAndThePaceAfterIt() {
        let harness = PipelineHarness()
        harness.accrual.script(
            order(1), [.throttle(seconds: 30, "No more than 60 requests per minute allowed"), .answer(204, "")])
        harness.pool.put(order(1))
        harness.tick()
        harness.tick()
        for id in 2...500 { harness.pool.put(order(Int64(id))) }
        let pauseEndsAt = harness.snapshot.pausedUntil
        #expect(pauseEndsAt != nil)
        while harness.now + 250 < pauseEndsAt ?? 0 { harness.tick() }
        #expect(harness.accrual.asked.count == 1)
        #expect(harness.snapshot.requestsPerMinuteMax == 60)
        for _ in 0..<240 { harness.tick() }
        #expect((55...60).contains(harness.accrual.asked.count - 1), "\(harness.accrual.asked.count - 1) in a minute")
        harness.stop()
    }

    /// Orders that the pace sends back keep their place before orders that have waited longer, and are not starved by
    /// new uploads.
    @Test func everyOrderHasItsTurnUnderAPace() {
        let harness = PipelineHarness()
        harness.accrual.script(
            order(1), [.throttle(seconds: 1, "No more than 60 requests per minute allowed"), .answer(204, "")])
        harness.pool.put(order(1))
        for _ in 0..<8 { harness.tick() }
        // Each order is pending first, and then processed; more orders are uploaded than the pace lets through.
        let pending = { (id: Int64) in #"{"order":"\#(order(id).number.digits)","status":"PROCESSING"}"# }
        let done = { (id: Int64) in #"{"order":"\#(order(id).number.digits)","status":"PROCESSED"}"# }
        for minute in 0..<8 as Range<Int64> {
            for id in (10 + minute * 60)..<(70 + minute * 60) {
                harness.accrual.script(order(id), [.answer(200, pending(id)), .answer(200, done(id))])
                harness.pool.put(order(id))
            }
            for _ in 0..<240 { harness.tick() }
        }
        let settled = harness.database.settlements.filter { $0.verdict != .processing }.map(\.order.rawValue)
        #expect(settled.count >= 60, "\(settled.count) of 480 had their second turn")
        harness.stop()
    }

    /// A system that has become slow leaves most jobs of a tick unstarted: newer orders precede them.
    @Test func unstartedJobsGiveWayToNewOrders() {
        let harness = PipelineHarness(workers: 2)
        for id in 1...500 as ClosedRange<Int64> {
            harness.accrual.script(order(id), [.hang])
            harness.pool.put(order(id))
        }
        harness.tick(hanging: 500)
        while harness.accrual.asked.count < 2 { yieldThread() }
        harness.upload(order(1000, of: 2))
        harness.tick(hanging: 501)
        let before = harness.accrual.asked.count
        harness.accrual.letGo()
        while harness.accrual.asked.count == before { yieldThread() }
        #expect(harness.accrual.asked[before] == order(1000).number.digits)
        harness.accrual.letAllGo()
        harness.stop()
    }

    @Test func aMinuteOfWaitingIsOneLogLine() {
        let harness = PipelineHarness()
        harness.accrual.script(order(1), [.answer(204, "")])
        harness.pool.put(order(1))
        for _ in 0..<481 { harness.tick() }
        let reports = harness.log.all.filter { $0.hasPrefix("orders: 1 waiting, 0 being asked about; ") }
        #expect(reports.count == 2, "\(harness.log.all)")
        #expect(harness.snapshot.answers.unknown >= 8)
        harness.stop()
    }

    @Test func unfinishedOrdersAreLoadedAsFarAsThereIsRoom() {
        let harness = PipelineHarness(poolMax: 6000)
        harness.database.state.withLock { state in state.unfinished = (1...12_345).map { order(Int64($0)) } }
        harness.tick()
        #expect((1000...6000).contains(harness.pool.counts.all))
        #expect(harness.pool.counts.hasUnread)
        for _ in 0..<1000 where harness.database.settlements.count < 12_345 { harness.tick() }
        #expect(Set(harness.database.settlements.map(\.order)).count == 12_345)
        #expect(harness.accrual.asked.count == 12_345)
        harness.stop()
    }

    @Test func aStopSettlesTheResultsSoFar() {
        let harness = PipelineHarness()
        for id in 1...8 { harness.pool.put(order(Int64(id))) }
        harness.tick()
        #expect(harness.database.settlements.isEmpty)
        harness.stop()
        #expect(harness.database.settlements.count == 8)
    }

    /// Answers of every kind at random, and a database that fails now and then.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func aRandomRunMakesEachOrderFinalOnce(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let harness = PipelineHarness()
        var expected: [OrderID: Settlement.Verdict] = [:]
        for id in 1...200 as ClosedRange<Int64> {
            let order = order(id)
            let digits = order.number.digits
            let noise: [ScriptedAccrual.Step] = [
                .answer(204, ""), .answer(200, #"{"order":"\#(digits)","status":"PROCESSING"}"#), .answer(500, "oops"),
                .fail, .throttle(seconds: 1, ""), .answer(200, #"{"order":"18","status":"PROCESSED","accrual":9}"#),
                .answer(200, #"{"order":"\#(digits)","status":"PROCESSED","accrual":-9}"#), .answer(302, ""),
            ]
            var steps = (0..<Int.random(in: 0...4, using: &random)).map { _ in noise.randomElement(using: &random)! }
            let hundredths = Int64.random(in: 0...100_000, using: &random)
            if Bool.random(using: &random) {
                steps.append(.answer(200, #"{"order":"\#(digits)","status":"INVALID"}"#))
                expected[order.id] = .invalid
            } else {
                let points = Points(hundredths: hundredths)
                steps.append(.answer(200, #"{"order":"\#(digits)","status":"PROCESSED","accrual":\#(points)}"#))
                expected[order.id] = .processed(points)
            }
            harness.accrual.script(order, steps)
            harness.pool.put(order)
        }
        for _ in 0..<5000 where harness.pool.counts.all > 0 {
            if Int.random(in: 0..<10, using: &random) == 0 { harness.database.state.withLock { $0.failures = 1 } }
            harness.tick()
        }
        harness.stop()
        let final = harness.database.settlements.filter { $0.verdict != .processing }
        #expect(final.count == 200, "seed \(seed)")
        for settlement in final { #expect(settlement.verdict == expected[settlement.order], "seed \(seed)") }
    }
}
