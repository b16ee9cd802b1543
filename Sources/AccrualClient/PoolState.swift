import Loyalty

/// The content of a ``JobPool``: a window on the unfinished orders of the database, of bounded memory.
struct PoolState {
    let capacityMax: Int
    private(set) var queues = JobQueues()
    private var askOrder = AskOrder()
    /// Every order in memory, in flight or not, so that each is in memory only once.
    private var members: Set<OrderID> = []
    private(set) var users = PoolUsers()
    /// The search for users with unfinished orders that are not known yet.
    private(set) var search = UserSearch()
    /// The number of times that orders were abandoned: a page that was read from the database before may be out of
    /// date.
    private(set) var abandonedCount = 0
    private var abandoned = AbandonedOrders()
    /// Orders in flight that leave the memory when they come back, to be found in the database if they are unfinished.
    private var leaving: Set<OrderID> = []
    /// False while this server does not lead.
    private(set) var isOpen = true
    /// Jobs that left the memory for others, since the start.
    private(set) var displacedCount = 0

    private static let orderUnitsMax = 16

    init(capacityMax: Int) {
        self.capacityMax = capacityMax
    }

    var count: Int { members.count }
    /// True if there is no room that is worth filling from the database: a long number takes as much as several short
    /// ones.
    var isFull: Bool { users.units + min(Self.orderUnitsMax, capacityMax / 4) >= capacityMax }
    /// True if there is room for another user: users take half of the capacity at most, and there is always room for
    /// one.
    private var hasRoomForUser: Bool { users.count == 0 || (users.count + 1) * PoolUsers.userUnits <= capacityMax / 2 }
    /// True if the database may have unfinished orders that are not in memory.
    var hasUnread: Bool { search.isUnderWay || users.unreadLevelMin != nil }

    func contains(_ order: OrderID) -> Bool { members.contains(order) }

    // Into the pool.

    /// Takes a new order, or records that it is only in the database.
    mutating func put(_ order: UnfinishedOrder) {
        guard isOpen, !members.contains(order.id), !abandoned.contains(order.id) else { return }
        if admit(order) { return queues.addNew(order) }
        if users[order.user] == nil { search.startOver() } else { users.noteUnread(order.user, from: order.id) }
    }

    /// Takes an order from the database. Returns false if there is no room for it.
    mutating func load(_ order: UnfinishedOrder, dueAt now: Int64) -> Bool {
        guard !members.contains(order.id) else { return true }
        guard admit(order) else { return false }
        queues.addLoaded(order, dueAt: now)
        return true
    }

    /// Adds a user with unfinished orders. Returns false if there is no room for another user.
    mutating func know(_ user: UserID) -> Bool {
        if users[user] != nil { return true }
        guard hasRoomForUser, makeRoom(PoolUsers.userUnits, aboveLevel: Self.lightLevel) else { return false }
        users.add(user, unreadFrom: OrderID(rawValue: .min))
        return true
    }

    private mutating func admit(_ order: UnfinishedOrder) -> Bool {
        let units = PoolUsers.units(of: order)
        if let user = users[order.user] {
            guard !user.isLeaving, makeRoom(units, aboveLevel: user.level + 1) else { return false }
        } else {
            // A user without an order in memory makes room, and is found again later.
            if !hasRoomForUser, let other = users.userWithoutOrders { forget(other) }
            guard hasRoomForUser, makeRoom(units + PoolUsers.userUnits, aboveLevel: Self.lightLevel) else {
                return false
            }
            // Before all users are known, this user may have older orders in the database.
            users.add(order.user, unreadFrom: search.isUnderWay ? OrderID(rawValue: .min) : nil)
        }
        members.insert(order.id)
        users.change(order.user, orders: 1, units: units)
        return true
    }

    /// Returns true if an order of a user of this level would get a place.
    func mayAdmit(level: Int) -> Bool { !isFull || members.isEmpty || users.levelMax > level + 1 }

    /// Makes room by taking jobs from the heaviest users, as long as they are above the level. There is always room for
    /// one order.
    private mutating func makeRoom(_ units: Int, aboveLevel level: Int) -> Bool {
        if members.isEmpty { return true }
        while users.units + units > capacityMax {
            guard users.heaviest(above: level).contains(where: { displaceJob(of: $0) }) else { return false }
        }
        return true
    }

    /// Removes one of the user's jobs from memory. Returns false if all are in flight.
    private mutating func displaceJob(of user: UserID) -> Bool {
        guard let job = queues.removeLate(of: user) else { return false }
        displace(job.order)
        return true
    }

    private mutating func displace(_ order: UnfinishedOrder) {
        displacedCount += 1
        leave(order)
    }

    /// Removes an order from memory that may be unfinished in the database.
    private mutating func leave(_ order: UnfinishedOrder) {
        members.remove(order.id)
        leaving.remove(order.id)
        users.change(order.user, orders: -1, units: -PoolUsers.units(of: order))
        users.noteUnread(order.user, from: order.id)
    }

    // Out of the pool, and back.

    /// Removes and returns at most `limit` jobs, including at most `suspectsMax` suspects, and at most `newcomersMax`
    /// more that are new and whose users have no other request in flight.
    mutating func take(limit: Int, suspectsMax: Int, newcomersMax: Int, now: Int64) -> [Job] {
        var jobs = askOrder.take(limit, suspectsMax: suspectsMax, from: &queues, dueBy: now)
        for job in jobs { users.noteInFlight(job.order.user, 1) }
        for _ in 0..<newcomersMax {
            guard let user = queues.new.nextUser(dueBy: now), users[user]?.inFlight == 0 else { break }
            users.noteInFlight(user, 1)
            jobs += queues.new.take(1, dueBy: now)
        }
        return jobs
    }

    /// Takes back a job that was asked about. If the pool is full and other orders of the user wait in the database,
    /// the job leaves the memory and waits there too, so that the others have their turn.
    mutating func putBack(_ job: Job, dueAt: Int64) {
        guard land(job) else { return }
        if isFull, users[job.order.user]?.unreadFrom != nil { return displace(job.order) }
        if search.isUnderWay, isFull && users.levelMax <= Self.lightLevel || !hasRoomForUser {
            return makeLeave(job.order.user, with: job.order)
        }
        queues.putBack(job, dueAt: dueAt)
    }

    /// Takes back a job about which no request was sent, at its former place.
    mutating func putBackUnasked(_ job: Job) {
        guard land(job) else { return }
        queues.putBackUnasked(job)
    }

    /// Records that a job is no longer in flight. Returns false if its order has left the pool meanwhile, or leaves it
    /// now.
    private mutating func land(_ job: Job) -> Bool {
        users.noteInFlight(job.order.user, -1)
        guard members.contains(job.order.id) else { return false }
        if users[job.order.user]?.isLeaving == true {
            makeLeave(job.order.user, with: job.order)
        } else if leaving.contains(job.order.id) {
            leave(job.order)
        } else {
            return true
        }
        return false
    }

    /// Makes a user with few orders leave the pool when one of them has been asked about, so that there is room for
    /// users who are not known yet. The user is found again later.
    private mutating func makeLeave(_ user: UserID, with order: UnfinishedOrder) {
        displace(order)
        while displaceJob(of: user) {}
        if users[user]?.orders == 0 { forget(user) } else { users.makeLeaving(user) }
    }

    /// The level of a user with an order or two.
    private static let lightLevel = 2

    mutating func forgiveSuspects() { queues.forgiveSuspects() }

    /// Removes a job that was in flight and whose order has its final status.
    mutating func finish(_ order: UnfinishedOrder) {
        users.noteInFlight(order.user, -1)
        remove(order)
    }

    /// Removes orders that got their final status by other means. Those in flight are dropped when they come back.
    mutating func abandon(_ orders: [UnfinishedOrder]) {
        abandonedCount += 1
        let ids = Set(orders.map(\.id))
        for user in Set(orders.map(\.user)) {
            queues.removeAll(of: user) { ids.contains($0.order.id) }
        }
        for order in orders {
            if !members.contains(order.id) { abandoned.insert(order.id) }
            remove(order)
        }
    }

    /// Removes orders that may have got their final status in another process. The ids of those in memory are all that
    /// is believed, since a notification may name any user and number.
    mutating func readAgain(_ orders: [UnfinishedOrder]) {
        abandonedCount += 1
        let ids = Set(orders.map(\.id))
        for user in Set(orders.map(\.user)) {
            var waiting: [UnfinishedOrder] = []
            queues.removeAll(of: user) { job in
                guard ids.contains(job.order.id) else { return false }
                waiting.append(job.order)
                return true
            }
            for order in waiting { leave(order) }
        }
        for id in ids where members.contains(id) { leaving.insert(id) }
    }

    private mutating func remove(_ order: UnfinishedOrder) {
        guard members.remove(order.id) != nil else { return }
        leaving.remove(order.id)
        users.change(order.user, orders: -1, units: -PoolUsers.units(of: order))
        forgetIfDone(order.user)
    }

    // Losing and gaining the lead.

    /// Forgets everything but the facts that outlast a loss of the lead.
    mutating func close() {
        var closed = PoolState(capacityMax: capacityMax)
        (closed.displacedCount, closed.abandonedCount, closed.abandoned) = (displacedCount, abandonedCount, abandoned)
        closed.isOpen = false
        self = closed
    }

    mutating func open() {
        precondition(!isOpen, "only a closed pool can be opened")
        isOpen = true
    }

    // Reading from the database.

    mutating func beginReading(_ user: UserID) -> OrderID? { users.beginReading(user) }

    mutating func endReading(_ user: UserID, next: OrderID?) {
        users.endReading(user, next: next)
        forgetIfDone(user)
    }

    mutating func nextUnread(level: Int) -> UserID? { users.nextUnread(level: level) }

    mutating func noteFound(through user: UserID?) { search.noteFound(through: user) }

    /// Removes a user without orders in memory or in the database.
    private mutating func forgetIfDone(_ user: UserID) {
        guard let known = users[user], known.orders == 0 else { return }
        if known.isLeaving { forget(user) } else if known.unreadFrom == nil { users.remove(user) }
    }

    private mutating func forget(_ user: UserID) {
        users.remove(user)
        search.startOver()
    }
}
