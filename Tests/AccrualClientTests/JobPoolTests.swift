import AccrualClient
import Loyalty
import TestSupport
import Testing

@Suite struct JobPoolTests {
    @Test func newOrdersComeBeforeThoseThatWait() {
        let pool = JobPool(capacityMax: 1000)
        try! pool.refill(from: FakeSettlements(unfinished: [order(1), order(2)]), jobsPerTickMax: 10, now: 0)
        pool.put(order(3))
        pool.put(order(4))
        #expect(ids(pool.take(limit: 3, now: 0)) == [3, 4, 1])
        #expect(ids(pool.take(limit: 3, now: 0)) == [2])
        #expect(pool.take(limit: 3, now: 0).isEmpty)
    }

    @Test func waitingOrdersComeWhenDueAndTheEarliestFirst() {
        let pool = JobPool(capacityMax: 1000)
        for id in 1...4 { pool.put(order(Int64(id))) }
        let jobs = pool.take(limit: 4, now: 0)
        for (job, dueAt) in zip(jobs, [300, 100, 200, 100] as [Int64]) { pool.putBack(job, dueAt: dueAt) }
        #expect(pool.take(limit: 4, now: 99).isEmpty)
        #expect(ids(pool.take(limit: 4, now: 200)) == [2, 4, 3])
        #expect(ids(pool.take(limit: 4, now: 300)) == [1])
    }

    @Test func anOrderIsInThePoolOnce() {
        let pool = JobPool(capacityMax: 1000)
        let database = FakeSettlements(unfinished: [order(1)])
        pool.put(order(1))
        pool.put(order(1))
        try! pool.refill(from: database, jobsPerTickMax: 10, now: 0)
        let jobs = pool.take(limit: 10, now: 0)
        #expect(ids(jobs) == [1])
        try! pool.refill(from: database, jobsPerTickMax: 10, now: 0)
        #expect(pool.take(limit: 10, now: 0).isEmpty)
        pool.finish([order(1)])
        #expect(pool.counts.all == 0 && pool.counts.waiting == 0)
    }

    /// New orders and those put back unasked come first, then as many suspects as allowed, then asked orders.
    @Test func eachKindHasItsTurn() {
        let pool = JobPool(capacityMax: 1000)
        for id in 1...8 as ClosedRange<Int64> { pool.put(order(id)) }
        let jobs = pool.take(limit: 8, now: 0)
        for job in jobs[0..<3] {
            var job = job
            job.trust = .suspect
            pool.putBack(job, dueAt: 100)
        }
        for job in jobs[3..<5] { pool.putBack(job, dueAt: 50) }
        pool.putBackUnasked(Array(jobs[5...]))
        pool.put(order(9, of: 2))
        #expect(pool.counts.waiting == 9 && pool.counts.suspects == 3 && pool.counts.all == 9)
        #expect(ids(pool.take(limit: 2, suspectsMax: 2, now: 10)) == [6, 9])
        #expect(ids(pool.take(limit: 9, suspectsMax: 2, now: 100)) == [7, 8, 1, 2, 4, 5])
        #expect(ids(pool.take(limit: 9, suspectsMax: 0, now: 100)) == [])
        #expect(ids(pool.take(limit: 9, suspectsMax: 1, now: 100)) == [3])
    }

    /// Suspects are forgiven once; those that become suspects again wait for their time.
    @Test func forgivenSuspectsAreDueLikeOtherOrders() {
        let pool = JobPool(capacityMax: 1000)
        for id in 1...5 as ClosedRange<Int64> { pool.put(order(id)) }
        let putBackAsSuspects = { (jobs: [Job]) in
            for job in jobs {
                var job = job
                job.trust.noteBadAnswer()
                job.attempts = 9
                pool.putBack(job, dueAt: 1_000_000)
            }
        }
        putBackAsSuspects(pool.take(limit: 5, now: 0))
        #expect(pool.take(limit: 5, now: 0).isEmpty)
        pool.forgiveSuspects()
        let jobs = pool.take(limit: 5, suspectsMax: 0, now: 0)
        #expect(Set(ids(jobs)) == [1, 2, 3, 4, 5])
        #expect(jobs.allSatisfy { $0.trust == .forgiven && $0.attempts == 0 })
        putBackAsSuspects(jobs)
        pool.forgiveSuspects()
        #expect(pool.take(limit: 5, now: 999_999).isEmpty)
        #expect(pool.take(limit: 5, now: 1_000_000).count == 5)
    }

    /// With one request per tick, and always enough orders of each kind, no kind is left out.
    @Test func eachKindHasItsShareOfFewTurns() {
        let pool = JobPool(capacityMax: 10_000)
        for id in 1...2000 as ClosedRange<Int64> { pool.put(order(id)) }
        for (index, job) in pool.take(limit: 2000, now: 0).enumerated() {
            var job = job
            job.trust = index % 2 == 0 ? .suspect : .trusted
            pool.putBack(job, dueAt: 0)
        }
        for id in 2001...4000 as ClosedRange<Int64> { pool.put(order(id)) }
        var taken = (fresh: 0, suspects: 0, all: 0)
        for _ in 0..<800 {
            for job in pool.take(limit: 1, suspectsMax: 4, now: 1) {
                taken.all += 1
                if job.trust.isSuspect { taken.suspects += 1 }
                if job.order.id.rawValue > 2000 { taken.fresh += 1 }
            }
        }
        #expect(taken == (600, 100, 800))
    }

    /// Loaded orders have their share too, and so does each kind if the pace lets a request through only now and then.
    @Test(arguments: 1...9)
    func theSharesHoldIfMostTicksMaySendNothing(ticksPerRequest: Int) {
        let pool = JobPool(capacityMax: 10_000)
        for id in 1...1000 as ClosedRange<Int64> { pool.put(order(id)) }
        for (index, job) in pool.take(limit: 1000, now: 0).enumerated() {
            var job = job
            job.trust = index % 2 == 0 ? .suspect : .trusted
            pool.putBack(job, dueAt: 0)
        }
        let database = FakeSettlements(unfinished: (1001...1500 as ClosedRange<Int64>).map { order($0, of: 2) })
        for _ in 0..<10 { try! pool.refill(from: database, jobsPerTickMax: 1000, now: 0) }
        for id in 2001...4000 as ClosedRange<Int64> { pool.put(order(id)) }
        var taken = (new: 0, suspects: 0, asked: 0, loaded: 0)
        for tick in 0..<800 * ticksPerRequest {
            for job in pool.take(limit: tick % ticksPerRequest == 0 ? 1 : 0, suspectsMax: 4, now: 1) {
                switch job.order.id.rawValue {
                case 2001...: taken.new += 1
                case 1001...: taken.loaded += 1
                default: if job.trust.isSuspect { taken.suspects += 1 } else { taken.asked += 1 }
                }
            }
        }
        #expect(taken == (600, 100, 50, 50))
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func behavesLikeASortedList(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let pool = JobPool(capacityMax: 1000)
        var fresh: [Int64] = []
        var waiting: [(dueAt: Int64, id: Int64)] = []
        var inFlight: [Job] = []
        var next: Int64 = 0
        var turn = 0
        for now in 0..<2000 as Range<Int64> {
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                next += 1
                pool.put(order(next))
                fresh.append(next)
            case 1:
                let limit = Int.random(in: 0...3, using: &random)
                let taken = pool.take(limit: limit, now: now)
                if limit > 0 { turn += 1 }
                var expected = Array(fresh.prefix(limit - (limit + turn % 4) / 4))
                fresh.removeFirst(expected.count)
                waiting.sort { $0 < $1 }
                var others: [Int64] = []
                while expected.count + others.count < limit, let first = waiting.first, first.dueAt <= now {
                    others.append(waiting.removeFirst().id)
                }
                let more = fresh.prefix(limit - expected.count - others.count)
                expected += more + others
                fresh.removeFirst(more.count)
                #expect(ids(taken) == expected, "seed \(seed), step \(now)")
                inFlight += taken
            case 2 where !inFlight.isEmpty:
                let job = inFlight.remove(at: Int.random(in: inFlight.indices, using: &random))
                let dueAt = now + Int64.random(in: 0...50, using: &random)
                pool.putBack(job, dueAt: dueAt)
                waiting.append((dueAt, job.order.id.rawValue))
            default:
                guard let job = inFlight.popLast() else { continue }
                pool.finish([job.order])
            }
            let waitingCount = fresh.count + waiting.count
            #expect(pool.counts.waiting == waitingCount && pool.counts.all == waitingCount + inFlight.count)
        }
    }

    private func ids(_ jobs: [Job]) -> [Int64] { jobs.map(\.order.id.rawValue) }
}

func order(_ id: Int64, of user: Int64 = 1, digits: Int = 7) -> UnfinishedOrder {
    let zeros = String(repeating: "0", count: max(0, digits - 7))
    return UnfinishedOrder(
        id: OrderID(rawValue: id), number: OrderNumber(stored: "\(1_000_000 + id)\(zeros)"),
        user: UserID(rawValue: user))
}
