import AccrualClient
import Loyalty
import Testing

/// Outages of the accrual system, odd orders, and suspects that hang.
@Suite struct OutageTests {
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
}
