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
                Settlement(order: order.id, verdict: .processing),
                Settlement(order: order.id, verdict: .processed(Points(hundredths: 72_998))),
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

    @Test func troubleIsLoggedOncePerChange() {
        let harness = PipelineHarness()
        for id in 1...50 {
            let digits = order(Int64(id)).number.digits
            harness.accrual.script(
                order(Int64(id)),
                [.fail, .answer(503, ""), .fail, .answer(200, #"{"order":"\#(digits)","status":"PROCESSED"}"#)])
            harness.pool.put(order(Int64(id)))
        }
        for _ in 0..<1000 where harness.pool.counts.all > 0 { harness.tick() }
        #expect(
            harness.log.all == [
                "the accrual system can't be relied on: it is down; orders wait", "the accrual system answers",
            ])
        harness.stop()
    }

    /// No tick hands out more than its limit, even during an outage.
    @Test(arguments: [1, 2, 3, 20])
    func anOutageKeepsTheLimitOfATick(jobsPerTickMax: Int) {
        let harness = PipelineHarness(workers: 64, jobsPerTickMax: jobsPerTickMax)
        harness.accrual.isDown = true
        for id in 1...100 as ClosedRange<Int64> { harness.pool.put(order(id)) }
        var asked = 0
        for _ in 0..<400 {
            harness.tick()
            #expect(harness.accrual.asked.count - asked <= jobsPerTickMax)
            asked = harness.accrual.asked.count
        }
        harness.accrual.isDown = false
        for _ in 0..<2000 where harness.pool.counts.all > 0 { harness.tick() }
        #expect(harness.pool.counts.all == 0)
        harness.stop()
    }

    /// An order is answered with errors forever, in a shop in which nothing else happens for hours.
    @Test func anOddOrderIsReportedOnce() {
        let harness = PipelineHarness()
        harness.accrual.script(order(1), [.answer(500, "")])
        harness.pool.put(order(2))
        harness.tick()
        harness.pool.put(order(1))
        for id in 3...20 as ClosedRange<Int64> {
            for _ in 0..<1000 { harness.tick() }
            harness.pool.put(order(id))
        }
        for _ in 0..<4 { harness.tick() }
        #expect(
            harness.log.all.filter { $0.hasPrefix("the accrual system") } == [
                "the accrual system answers", "the accrual system can't be relied on: status 500; orders wait",
                "the accrual system answers",
            ])
        #expect(harness.pool.counts.all == 1)
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

    /// One order alone does not show if its trouble is an outage; its end is noticed within seconds.
    @Test func aSingleOrderNoticesTheEndOfAnOutage() {
        let harness = PipelineHarness(workers: 4)
        harness.accrual.isDown = true
        harness.pool.put(order(1))
        // After ten minutes the delay has grown to its maximum.
        for _ in 0..<2400 { harness.tick() }
        let asked = harness.accrual.asked.count
        #expect((60...150).contains(asked), "\(asked) times in ten minutes")
        harness.accrual.isDown = false
        var ticks = 0
        while harness.pool.counts.all > 0 && ticks < 1000 {
            harness.tick()
            ticks += 1
        }
        #expect(ticks <= 22, "five seconds, and a tick there and back")
        harness.stop()
    }

    /// Orders that failed during an outage have delays of up to a minute when it ends; they don't wait that long.
    @Test(arguments: [1, 4, 16])
    func afterAnOutageAllOrdersAreDueAtOnce(workers: Int) {
        let harness = PipelineHarness(workers: workers)
        harness.pool.put(order(1))
        harness.tick()
        harness.tick()
        #expect(harness.snapshot.health == .healthy)
        harness.accrual.isDown = true
        for id in 2...300 as ClosedRange<Int64> { harness.pool.put(order(id)) }
        for _ in 0..<20 { harness.tick() }
        let askedBefore = harness.accrual.asked.count
        for _ in 0..<1200 { harness.tick() }
        let asked = harness.accrual.asked.count - askedBefore
        #expect(asked <= 1200 * max(1, workers / 4) * 2, "an outage is no reason to ask more")
        #expect(asked >= 300, "\(asked) in five minutes: probes continue")
        harness.accrual.isDown = false
        var ticks = 0
        while harness.snapshot.health != .healthy && ticks < 1000 {
            harness.tick()
            ticks += 1
        }
        #expect(ticks <= 3)
        harness.tick()
        harness.tick()
        #expect(harness.pool.counts.all == 0)
        #expect(
            harness.log.all.filter { $0.hasPrefix("the accrual system") } == [
                "the accrual system answers", "the accrual system can't be relied on: it is down; orders wait",
                "the accrual system answers",
            ])
        harness.stop()
    }

    /// Orders that always hang leave half of the workers to the others.
    @Test func hangingOrdersLeaveWorkersToOthers() {
        let harness = PipelineHarness(workers: 4)
        for id in 1...40 as ClosedRange<Int64> {
            harness.accrual.script(order(id), [.fail, .hang])
            harness.pool.put(order(id))
        }
        for id in 100...199 as ClosedRange<Int64> {
            harness.accrual.script(order(id), [.answer(204, "")])
            harness.pool.put(order(id))
        }
        harness.tick()
        for _ in 0..<40 { harness.tick(hanging: 2) }
        #expect(harness.snapshot.inFlight <= 2)
        harness.pool.put(order(1000))
        harness.tick(hanging: 2)
        harness.tick(hanging: 2)
        #expect(harness.accrual.asked.contains(order(1000).number.digits))
        for _ in 0..<2 { harness.accrual.letGo() }
        harness.accrual.letAllGo()
        harness.stop()
    }

    /// Suspects occupy all workers that may probe, each for a whole time-out; a new order passes them.
    @Test(arguments: [2, 4, 8])
    func aNewOrderIsAskedAboutWhileSuspectsHang(workers: Int) {
        let harness = PipelineHarness(workers: workers)
        let few = max(1, workers / 4)
        for id in 1...4 as ClosedRange<Int64> {
            harness.accrual.script(order(id), [.fail, .hang])
            harness.pool.put(order(id))
        }
        for _ in 0..<100 where harness.accrual.asked.count < 4 + few { harness.tick(hanging: few) }
        #expect(harness.snapshot.health == .troubled("it is down"))
        harness.pool.put(order(1000))
        harness.tick(hanging: few)
        #expect(harness.accrual.asked.contains(order(1000).number.digits))
        harness.accrual.letAllGo()
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
