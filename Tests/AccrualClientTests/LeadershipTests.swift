import AccrualClient
import Loyalty
import Storage
import TestSupport
import Testing

/// The pipeline runs on the server that leads.
@Suite struct LeadershipTests {
    @Test func aServerThatNeverLeadsAsksNothingAndKeepsNothing() {
        let harness = PipelineHarness(isLeading: false)
        for id in 1...3 { harness.upload(order(Int64(id))) }
        for _ in 0..<3 { harness.tick() }
        for id in 4...6 { harness.upload(order(Int64(id))) }
        for _ in 0..<3 { harness.tick() }
        #expect(harness.accrual.asked.isEmpty && harness.database.batches.isEmpty)
        #expect(harness.pool.counts.all == 0 && harness.pool.counts.users == 0)
        #expect(harness.database.state.withLock { $0.readCount } == 0)
        #expect(harness.log.count(of: "another server asks the accrual system") == 1)
        harness.stop()
    }

    /// The store is out of reach, twice, and the second time another server takes the lead.
    @Test func theLogNamesAnotherServerOnlyIfItLeads() {
        let harness = PipelineHarness()
        let (own, lost) = ("this server asks the accrual system", "this server no longer leads")
        let another = "another server asks the accrual system"
        func logged() -> [Int] { [own, lost, another].map { harness.log.count(of: $0) } }
        func tickThrice() { for _ in 0..<3 { harness.tick() } }
        tickThrice()
        #expect(logged() == [0, 0, 0])
        harness.leadership.lose()
        tickThrice()
        #expect(logged() == [0, 1, 0])
        harness.leadership.change(to: true)
        tickThrice()
        #expect(logged() == [1, 1, 0])
        harness.leadership.lose()
        tickThrice()
        harness.leadership.change(to: false)
        tickThrice()
        #expect(logged() == [1, 2, 1])
        harness.leadership.change(to: true)
        tickThrice()
        harness.leadership.change(to: false)
        tickThrice()
        #expect(logged() == [2, 2, 2])
        harness.stop()
    }

    /// At its start, a server does not know yet which one leads.
    @Test func aStartSaysNothingOfALeadThatIsNotKnown() {
        let harness = PipelineHarness(isLeading: false)
        harness.leadership.lose()
        for _ in 0..<3 { harness.tick() }
        #expect(harness.log.all == [] && !harness.pool.isOpen)
        harness.stop()
    }

    /// Orders of each time: before the first tick, without the lead, with it, after its loss, and after its return.
    @Test func everyOrderIsSettledOnceWheneverThisServerLeads() {
        let harness = PipelineHarness(isLeading: false)
        var id: Int64 = 0
        func uploadSome() {
            for _ in 0..<20 {
                id += 1
                harness.upload(order(id))
            }
        }
        uploadSome()
        harness.tick()
        uploadSome()
        for isLeading in [true, false, true, false, true] {
            let askedBefore = harness.accrual.asked.count
            harness.leadership.change(to: isLeading)
            uploadSome()
            for _ in 0..<5 { harness.tick() }
            #expect(isLeading == (harness.accrual.asked.count > askedBefore))
            #expect(isLeading == harness.database.state.withLock { $0.unfinished.isEmpty })
            uploadSome()
        }
        for _ in 0..<5 { harness.tick() }
        #expect(Set(harness.accrual.asked).count == Int(id) && harness.accrual.asked.count == Int(id))
        #expect(Set(harness.database.settlements.map(\.order)).count == Int(id))
        #expect(harness.database.settlements.count == Int(id) && harness.pool.counts.all == 0)
        harness.stop()
    }

    /// An order whose id was given a second time would otherwise wait until this server loses the lead.
    @Test func theOrdersOfAFormerTermAreReadAgain() {
        let harness = PipelineHarness()
        let (lost, stored) = (order(1), UnfinishedOrder(id: order(1).id, number: .sample(7), user: order(1).user))
        for order in [lost, stored] { harness.accrual.script(order, [.answer(204, "")]) }
        harness.upload(lost)
        harness.tick()
        harness.database.state.withLock { $0.unfinished = [stored] }
        harness.leadership.beginTerm()
        for _ in 0..<5 { harness.tick() }
        #expect(harness.accrual.asked.last == stored.number.digits && harness.pool.counts.all == 1)
        harness.stop()
    }

    /// Otherwise the order would be in the pool twice when its request ends.
    @Test func aServerThatLeadsAgainFirstWaitsForItsFormerRequests() throws {
        let harness = PipelineHarness(workers: 2)
        harness.accrual.script(order(1), [.hang, .answer(204, ""), .answer(204, "")])
        harness.upload(order(1))
        harness.tick(hanging: 1)
        try harness.waitUntilAsked(1)
        harness.leadership.change(to: false)
        harness.upload(order(2))
        harness.tick(hanging: 1)
        #expect(harness.pool.counts.all == 0 && harness.snapshot.inFlight == 1)
        harness.leadership.change(to: true)
        harness.tick(hanging: 1)
        #expect(harness.pool.counts.all == 0, "the last request of the former time is on its way")
        harness.accrual.letGo()
        harness.tick()
        for _ in 0..<20 { harness.tick() }
        #expect(harness.pool.counts.all == 1 && harness.pool.counts.users == 1)
        #expect(harness.database.settlements.map(\.order) == [order(2).id])
        #expect(harness.accrual.asked.count { $0 == order(1).number.digits } > 1)
        harness.stop()
    }

    /// The results of the former leader wait for a database that takes no writes.
    @Test func resultsThatCouldNotBeStoredOutlastTheLoss() {
        let harness = PipelineHarness()
        for id in 1...5 { harness.upload(order(Int64(id))) }
        harness.tick()
        harness.database.state.withLock { $0.failures = 3 }
        harness.leadership.change(to: false)
        harness.tick()
        harness.leadership.change(to: true)
        for _ in 0..<3 { harness.tick() }
        #expect(harness.database.batches.map(\.count) == [5] && harness.accrual.asked.count == 5)
        for _ in 0..<3 { harness.tick() }
        #expect(harness.database.batches.map(\.count) == [5] && harness.pool.counts.all == 0)
        harness.stop()
    }

    /// The search of the database ended long ago, and another server has taken the order. It may be announced twice.
    @Test func theLeaderAsksAboutTheOrdersOfOtherServers() {
        let harness = PipelineHarness()
        for _ in 0..<3 { harness.tick() }
        harness.database.add(order(1))
        for _ in 0..<2 { harness.leadership.add(order(1)) }
        for _ in 0..<2 { harness.tick() }
        #expect(harness.database.settlements.map(\.order) == [order(1).id])
        #expect(harness.accrual.asked.count == 1 && harness.pool.counts.all == 0)
        harness.stop()
    }

    /// The leader before has settled all of them but one.
    @Test func aNewLeaderDoesNotAskAboutOrdersThatAreSettled() {
        let harness = PipelineHarness(isLeading: false)
        harness.tick()
        for id in 1...50 { harness.leadership.add(order(Int64(id))) }
        harness.database.add(order(50))
        harness.leadership.change(to: true)
        for _ in 0..<5 { harness.tick() }
        #expect(harness.accrual.asked == [order(50).number.digits])
        harness.database.add(order(51))
        harness.leadership.add(order(51))
        for _ in 0..<2 { harness.tick() }
        #expect(harness.accrual.asked == [order(50), order(51)].map(\.number.digits))
        #expect(harness.pool.counts.all == 0)
        harness.stop()
    }

    /// The accrual system has forgotten both orders. A request about one of them is on its way.
    @Test func theLeaderForgetsOrdersThatACommandHasEnded() throws {
        let harness = PipelineHarness(workers: 2)
        harness.accrual.script(order(1), [.answer(204, "")])
        harness.accrual.script(order(2), [.hang, .answer(204, "")])
        for id in 1...2 { harness.upload(order(Int64(id))) }
        harness.tick(hanging: 1)
        try harness.waitUntilAsked(2)
        harness.database.state.withLock { $0.unfinished = [] }
        for id in 1...2 { harness.leadership.drop(order(Int64(id))) }
        harness.tick(hanging: 1)
        harness.accrual.letGo()
        harness.tick()
        let askedCount = harness.accrual.asked.count
        for _ in 0..<100 { harness.tick() }
        #expect(harness.accrual.asked.count == askedCount)
        #expect(harness.pool.counts.all == 0 && harness.pool.counts.users == 0)
        harness.stop()
    }

    /// The lead moves at random, and for a while both believe that they lead.
    @Test(arguments: 0..<20)
    func twoServersOfOneStoreLeaveNoOrderOut(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let database = FakeSettlements()
        let servers = [false, true].map { PipelineHarness(workers: 2, isLeading: $0, database: database) }
        var id: Int64 = 0
        for _ in 0..<40 {
            let server = servers.randomElement(using: &random)!
            switch Int.random(in: 0..<4, using: &random) {
            case 0: server.leadership.change(to: Bool.random(using: &random))
            case 1:
                id += 1
                server.upload(order(id))
                for other in servers where other !== server { other.leadership.add(order(id)) }
            default: server.tick()
            }
        }
        for server in servers { server.leadership.change(to: false) }
        for _ in 0..<3 { for server in servers { server.tick() } }
        servers[0].leadership.change(to: true)
        servers[0].tick()
        id += 1
        servers[1].upload(order(id))
        servers[0].leadership.add(order(id))
        for _ in 0..<5 { for server in servers { server.tick() } }
        #expect(database.state.withLock { $0.unfinished.isEmpty })
        #expect(Set(database.settlements.map(\.order)).count == Int(id))
        #expect(servers.allSatisfy { $0.pool.counts.all == 0 })
        for server in servers { server.stop() }
    }

    @Test func aNewLeaderKeepsToThePauseAndThePaceOfTheOneBefore() {
        let harness = PipelineHarness(isLeading: false)
        harness.leadership.passOn(AskedPace(pauseMilliseconds: 10_000, requestsPerMinute: 60))
        harness.tick()
        harness.leadership.change(to: true)
        harness.upload(order(1))
        for _ in 0..<3 { harness.tick() }
        #expect(harness.accrual.asked.isEmpty)
        let passedOn = harness.leadership.inheritedPace
        #expect((1...10_000).contains(passedOn.pauseMilliseconds) && passedOn.requestsPerMinute == 60)
        for _ in 0..<41 { harness.tick() }
        for _ in 0..<3 { harness.tick() }
        #expect(harness.accrual.asked.count == 1)
        #expect(harness.leadership.inheritedPace == AskedPace(pauseMilliseconds: 0, requestsPerMinute: 60))
        harness.stop()
    }
}
