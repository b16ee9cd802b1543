import Loyalty
import TestSupport
import Testing

@testable import AccrualClient

/// The pool as a window: orders without room in memory wait in the database, and no user waits for another's backlog.
@Suite struct PoolWindowTests {
    /// A database, the pool over it, and the jobs in flight.
    private final class Window {
        let database = FakeSettlements()
        let pool: JobPool
        let capacityMax: Int
        var now: Int64 = 0
        private var nextID: Int64 = 0

        init(capacityMax: Int) {
            self.capacityMax = capacityMax
            pool = JobPool(capacityMax: capacityMax)
        }

        @discardableResult
        func upload(_ count: Int = 1, of user: Int64, digits: Int = 7) -> [UnfinishedOrder] {
            (0..<count).map { _ in
                nextID += 1
                let order = order(nextID, of: user, digits: digits)
                database.add(order)
                pool.put(order)
                return order
            }
        }

        func refill() { try! pool.refill(from: database, jobsPerTickMax: 10, now: now) }

        func take(_ limit: Int) -> [Job] {
            now += 250
            refill()
            return pool.take(limit: limit, now: now)
        }

        func finish(_ jobs: [Job]) {
            try! database.settle(
                jobs.map { Settlement(order: $0.order.id, verdict: .invalid) }, at: Timestamp(milliseconds: 0))
            pool.finish(jobs.map(\.order))
        }

        /// Puts jobs back as after a 204, to be asked about again later.
        func putBack(_ jobs: [Job], after milliseconds: Int64 = 500) {
            for var job in jobs {
                (job.isNew, job.attempts) = (false, job.attempts + 1)
                pool.putBack(job, dueAt: now + milliseconds)
            }
        }
    }

    /// Whatever waits: the backlog of one user or of hundreds, in memory or beyond, asked about before or not.
    @Test(arguments: [(1, 10_000), (300, 50), (300, 1)], [200, 1000, 2_000_000])
    func aNewOrderOfAnotherUserIsTakenNext(backlog: (users: Int, orders: Int), capacityMax: Int) {
        let window = Window(capacityMax: capacityMax)
        for user in 1...Int64(backlog.users) { window.upload(backlog.orders, of: user) }
        for _ in 0..<200 { window.putBack(window.take(10)) }
        for user in 1000...1020 as ClosedRange<Int64> {
            let order = window.upload(of: user)[0]
            let taken = window.take(10) + window.take(10)
            // A pool with as many users as have room has none to displace: the order is found later.
            if capacityMax / 6 > backlog.users + 21 { #expect(taken.contains { $0.order == order }, "user \(user)") }
            window.putBack(taken)
        }
    }

    /// A damaged database may have the greatest id at the end of a page. A page of the only user has 2,000 orders.
    @Test(arguments: [16, 2_000, 2_048] as [Int64])
    func noOrderIsReadAfterTheGreatestID(count: Int64) {
        let window = Window(capacityMax: 100_000)
        for distance in (0..<count).reversed() {
            window.database.add(
                UnfinishedOrder(
                    id: OrderID(rawValue: .max - distance), number: .sample(Int(distance)), user: UserID(rawValue: 1)))
        }
        for _ in 0..<20 { window.finish(window.take(500)) }
        #expect(window.database.state.withLock { $0.unfinished.isEmpty })
        #expect(window.pool.counts.all == 0 && !window.pool.counts.hasUnread)
    }

    @Test(arguments: [20, 100, 1000])
    func theMemoryIsBounded(capacityMax: Int) {
        let window = Window(capacityMax: capacityMax)
        for user in 1...200 as ClosedRange<Int64> { window.upload(20, of: user, digits: user % 3 == 0 ? 1024 : 7) }
        for _ in 0..<50 {
            window.putBack(window.take(10))
            #expect(window.pool.counts.all + 3 * window.pool.counts.users <= capacityMax)
        }
        #expect(window.pool.counts.hasUnread)
    }

    @Test(arguments: [8, 20, 100, 5000])
    func everyOrderIsAskedAbout(capacityMax: Int) {
        let window = Window(capacityMax: capacityMax)
        var orders: [UnfinishedOrder] = []
        for user in [1, 2, 3, 1, 2, 1] as [Int64] { orders += window.upload(user == 1 ? 300 : 20, of: user) }
        var asked: Set<OrderID> = []
        for _ in 0..<2000 where asked.count < orders.count {
            let jobs = window.take(10)
            for job in jobs { #expect(asked.insert(job.order.id).inserted, "asked about twice") }
            window.finish(jobs)
        }
        #expect(asked.count == orders.count)
        #expect(window.pool.counts.all == 0 && !window.pool.counts.hasUnread)
        #expect(window.pool.counts.users == 0)
    }

    /// Orders that the accrual system never knows don't keep others from their turn.
    @Test(arguments: [[1000], [100, 100, 100, 100], [500, 3, 3], Array(repeating: 2, count: 40)])
    func pendingOrdersGiveUpTheirMemory(backlogs: [Int]) {
        let window = Window(capacityMax: 60)
        for (index, count) in backlogs.enumerated() { window.upload(count, of: Int64(index + 1)) }
        let all = Set(window.database.state.withLock { $0.unfinished.map(\.id) })
        var asked: Set<OrderID> = []
        for _ in 0..<5000 where asked.count < all.count {
            let jobs = window.take(10)
            asked.formUnion(jobs.map(\.order.id))
            window.putBack(jobs)
        }
        #expect(asked == all, "\(asked.count) of \(all.count)")
    }

    /// A start reads only what its first ticks need, however much there is.
    @Test func aStartReadsFewOfMany() {
        let orders = (1...50_000 as ClosedRange<Int64>).map { order($0, of: $0 % 100 + 1) }
        let database = FakeSettlements(unfinished: orders)
        let pool = JobPool(capacityMax: 2_000_000)
        for _ in 0..<10 { try! pool.refill(from: database, jobsPerTickMax: 100, now: 0) }
        #expect((1000...10_000).contains(database.state.withLock { $0.readCount }))
        #expect(Set(pool.take(limit: 1000, now: 0).map(\.order.user)).count == 100, "users have turns")
    }

    /// A user who uploads between the start and the end of the search may have older orders too.
    @Test func anUploadDuringTheSearchHidesNoOlderOrders() {
        let window = Window(capacityMax: 1000)
        window.database.state.withLock { $0.unfinished = [order(-2, of: 7), order(-1, of: 7)] }
        window.upload(of: 7)
        var taken: Set<Int64> = []
        for _ in 0..<5 { taken.formUnion(window.take(10).map(\.order.id.rawValue)) }
        #expect(taken == [-2, -1, 1])
    }

    @Test func abandonedOrdersAreRemoved() {
        let window = Window(capacityMax: 1000)
        let orders = window.upload(40, of: 1) + window.upload(5, of: 2)
        let inFlight = window.take(10)
        window.putBack(Array(inFlight.prefix(3)))
        window.database.state.withLock { $0.unfinished.removeAll { $0.user == UserID(rawValue: 1) } }
        window.pool.abandon(orders.filter { $0.user == UserID(rawValue: 1) })
        #expect(window.pool.counts.all == 5)
        // Jobs in flight come back, with an answer or without.
        window.putBack(Array(inFlight[3..<5]))
        window.pool.putBackUnasked(Array(inFlight[5..<7]))
        window.pool.finish(inFlight[7...].map(\.order))
        var users: Set<UserID> = []
        for _ in 0..<20 {
            let jobs = window.take(10)
            users.formUnion(jobs.map(\.order.user))
            window.putBack(jobs)
        }
        #expect(users == [UserID(rawValue: 2)])
    }

    /// Another process has ended some of the orders, in flight or not. A notification may name others, and wrong users.
    @Test(arguments: [1, 2] as [Int64])
    func unfinishedOrdersThatAreReadAgainStay(namedUser: Int64) {
        let window = Window(capacityMax: 1000)
        let orders = window.upload(40, of: 1, digits: 1024)
        let inFlight = window.take(10)
        let gone = Set(orders.filter { $0.id.rawValue % 2 == 0 }.map(\.id))
        window.database.state.withLock { $0.unfinished.removeAll { gone.contains($0.id) } }
        window.pool.readAgain((1...100).map { order($0, of: namedUser) })
        window.putBack(Array(inFlight.prefix(3)))
        window.pool.putBackUnasked(Array(inFlight[3..<8]))
        window.finish(Array(inFlight[8...]))
        // Each order of another user than was named leaves when it comes back.
        for _ in 0..<40 { window.putBack(window.take(10), after: 0) }
        let left = window.database.state.withLock { Set($0.unfinished.map(\.id)) }
        #expect(Set(window.take(100).map(\.order.id)) == left && left.isDisjoint(with: gone))
        #expect(window.pool.counts.all == left.count && window.pool.counts.displaced == 0)
    }

    /// An upload is stored before it gets into the pool; its order can be dropped in between.
    @Test func anOrderThatWasAbandonedBeforeItCameIsNotAskedAbout() {
        let window = Window(capacityMax: 1000)
        let late = order(1000, of: 7)
        window.pool.abandon([late])
        window.pool.put(late)
        #expect(window.pool.counts.all == 0 && window.take(10).isEmpty)
        window.pool.put(order(1001, of: 7))
        #expect(window.take(10).map(\.order.id.rawValue) == [1001])
    }

    @Test func onlyTheLatestAbandonedOrdersAreKept() {
        var orders = AbandonedOrders(countMax: 3)
        for id in [1, 2, 2, 3, 4, 1, 5] as [Int64] { orders.insert(OrderID(rawValue: id)) }
        #expect((1...6).filter { orders.contains(OrderID(rawValue: $0)) } == [1, 4, 5])
    }

    /// Uploads, answers of every kind, and a memory that is far too small: no order is in flight twice, the memory is
    /// bounded, and in the end all orders have been asked about.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func aRandomRunLosesNoOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let capacityMax = Int.random(in: 5...80, using: &random)
        let window = Window(capacityMax: capacityMax)
        var inFlight: [OrderID: Job] = [:]
        var finished: Set<OrderID> = []
        var uploaded = 0
        for step in 0..<3000 {
            if step < 1500, Int.random(in: 0..<3, using: &random) == 0 {
                let user = Int64.random(in: 1...12, using: &random)
                let count = Int.random(in: 1...(user == 1 ? 30 : 2), using: &random)
                uploaded += window.upload(count, of: user).count
            }
            for job in window.take(Int.random(in: 0...8, using: &random)) {
                #expect(inFlight.updateValue(job, forKey: job.order.id) == nil, "seed \(seed): in flight twice")
                #expect(!finished.contains(job.order.id), "seed \(seed): final")
            }
            #expect(window.pool.counts.all <= capacityMax, "seed \(seed)")
            for id in inFlight.keys.sorted() where Int.random(in: 0..<3, using: &random) > 0 {
                let job = inFlight.removeValue(forKey: id)!
                switch step < 2000 ? Int.random(in: 0..<5, using: &random) : 0 {
                case 0, 1:
                    finished.insert(id)
                    window.finish([job])
                case 2: window.pool.putBackUnasked([job])
                case 3:
                    var job = job
                    if Bool.random(using: &random) { job.trust.noteBadAnswer() } else { job.trust = .trusted }
                    window.putBack([job], after: Int64.random(in: 0...5000, using: &random))
                default: window.putBack([job])
                }
            }
            if Int.random(in: 0..<50, using: &random) == 0 { window.pool.forgiveSuspects() }
        }
        for _ in 0..<3000 where finished.count < uploaded {
            let jobs = window.take(8) + inFlight.values
            inFlight = [:]
            finished.formUnion(jobs.map(\.order.id))
            window.finish(jobs)
        }
        #expect(finished.count == uploaded, "seed \(seed), capacity \(capacityMax)")
        #expect(window.pool.counts.all == 0 && window.pool.counts.users == 0, "seed \(seed)")
    }
}
