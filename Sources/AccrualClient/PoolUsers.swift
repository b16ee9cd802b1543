import Loyalty

/// What the pool knows of each user: how much of its memory the user's orders take, and whether the database has orders of theirs
/// that are not in memory.
///
/// Users are kept by the power of two of their share, so that the heaviest and the lightest are found without a search.
struct PoolUsers {
    struct User {
        /// Orders in memory, in flight or not.
        var orders = 0
        /// What they take, in units of ``unitBytes``.
        var units = 0
        var inFlight = 0
        /// The database may have unfinished orders with this id or a later one that are not in memory; `nil` if there are none.
        var unreadFrom: OrderID?
        /// Whether orders before `unreadFrom` have left the memory, so that reading starts over at the end.
        var startsOver = false
        /// Whether the user is forgotten as soon as no order is in flight, to be found again later.
        fileprivate(set) var isLeaving = false
        fileprivate var slot = 0
        fileprivate var unreadSlot: Int?

        /// The power of two of the user's share.
        fileprivate(set) var level = 0
    }

    /// What an order with a number of the usual length takes, about.
    static let unitBytes = 80
    /// What a user takes besides, in units.
    static let userUnits = 3
    /// Digits that a string keeps without memory of its own.
    private static let digitsInline = 15
    /// Of a string that does not.
    private static let stringHeaderBytes = 32
    /// Heavy users that are looked at for one that has a job to give up.
    private static let candidatesMax = 8

    private var users: [UserID: User] = [:]
    private var levels = [[UserID]](repeating: [], count: 64)
    private var unreadLevels = [[UserID]](repeating: [], count: 64)
    /// Moves on with each choice, so that users of the same level have turns.
    private var rotation = 0
    /// Of all users, and of their orders.
    private(set) var units = 0

    var count: Int { users.count }

    subscript(user: UserID) -> User? { users[user] }

    static func units(of order: UnfinishedOrder) -> Int {
        let digits = order.number.digits.utf8.count
        return digits <= digitsInline ? 1 : (unitBytes + stringHeaderBytes + digits + unitBytes - 1) / unitBytes
    }

    /// A user none of whose orders are in memory.
    var userWithoutOrders: UserID? { levels[0].last }

    /// Users of a level that have something to read.
    func unreadCount(level: Int) -> Int { unreadLevels[level].count }

    /// The level of the heaviest user.
    var levelMax: Int { levels.lastIndex { !$0.isEmpty } ?? 0 }

    /// The least level of the users that have something to read; `nil` if nothing is to be read.
    var unreadLevelMin: Int? { unreadLevels.firstIndex { !$0.isEmpty } }

    mutating func add(_ user: UserID, unreadFrom id: OrderID?) {
        precondition(users[user] == nil, "a user is added once")
        var added = User()
        added.slot = levels[0].count
        levels[0].append(user)
        users[user] = added
        units += Self.userUnits
        if let id { noteUnread(user, from: id) }
    }

    mutating func remove(_ user: UserID) {
        guard let removed = users[user] else { return }
        precondition(removed.orders == 0, "a user leaves with the last order")
        leaveLevel(removed.level, slot: removed.slot)
        stopReading(user)
        users[user] = nil
        units -= Self.userUnits
    }

    mutating func change(_ user: UserID, orders: Int, units change: Int) {
        guard var changed = users[user] else { preconditionFailure("a user with an order is known") }
        changed.orders += orders
        changed.units += change
        units += change
        let level = Int.bitWidth - changed.units.leadingZeroBitCount
        users[user] = changed
        if level != changed.level { move(user, to: level) }
    }

    mutating func noteInFlight(_ user: UserID, _ change: Int) {
        // A user may have left and come back while a job was in flight.
        let inFlight = users[user]?.inFlight ?? 0
        users[user]?.inFlight = max(0, inFlight + change)
    }

    /// An order with this id is in the database, and not in memory.
    mutating func noteUnread(_ user: UserID, from id: OrderID) {
        guard let noted = users[user], !noted.isLeaving else { return }
        if let unreadFrom = noted.unreadFrom {
            if id < unreadFrom { users[user]?.startsOver = true }
            return
        }
        users[user]?.unreadFrom = id
        users[user]?.unreadSlot = unreadLevels[noted.level].count
        unreadLevels[noted.level].append(user)
    }

    mutating func makeLeaving(_ user: UserID) {
        stopReading(user)
        users[user]?.isLeaving = true
    }

    /// Takes the user out of those that have something to read; returns where reading starts.
    mutating func beginReading(_ user: UserID) -> OrderID? {
        let start = users[user]?.unreadFrom
        stopReading(user)
        return start
    }

    /// What was read ended before `next`, or with the user's last order if that is `nil`.
    mutating func endReading(_ user: UserID, next: OrderID?) {
        guard let ended = users[user] else { return }
        if let next {
            // What left the memory meanwhile may lie before that.
            if let other = ended.unreadFrom, other < next { users[user]?.startsOver = true }
            stopReading(user)
            noteUnread(user, from: next)
        } else if ended.startsOver {
            users[user]?.startsOver = false
            stopReading(user)
            noteUnread(user, from: OrderID(rawValue: .min))
        }
    }

    /// One of the users of a level that have something to read.
    mutating func nextUnread(level: Int) -> UserID? {
        guard !unreadLevels[level].isEmpty else { return nil }
        rotation = (rotation + 1) % 1_000_003
        return unreadLevels[level][rotation % unreadLevels[level].count]
    }

    /// A few of the heaviest users, of a level above the one given.
    mutating func heaviest(above level: Int) -> [UserID] {
        let top = levelMax
        guard top > level else { return [] }
        rotation = (rotation + 1) % 1_000_003
        let users = levels[top]
        return (0..<min(Self.candidatesMax, users.count)).map { users[(rotation + $0) % users.count] }
    }

    private mutating func stopReading(_ user: UserID) {
        guard let stopped = users[user] else { return }
        users[user]?.unreadFrom = nil
        guard let slot = stopped.unreadSlot else { return }
        users[user]?.unreadSlot = nil
        leaveUnreadLevel(stopped.level, slot: slot)
    }

    private mutating func move(_ user: UserID, to level: Int) {
        guard let moved = users[user] else { return }
        leaveLevel(moved.level, slot: moved.slot)
        users[user]?.slot = levels[level].count
        levels[level].append(user)
        if let slot = moved.unreadSlot {
            leaveUnreadLevel(moved.level, slot: slot)
            users[user]?.unreadSlot = unreadLevels[level].count
            unreadLevels[level].append(user)
        }
        users[user]?.level = level
    }

    /// The last user of the level takes the free slot.
    private mutating func leaveLevel(_ level: Int, slot: Int) {
        let last = levels[level].removeLast()
        guard slot < levels[level].count else { return }
        levels[level][slot] = last
        users[last]?.slot = slot
    }

    private mutating func leaveUnreadLevel(_ level: Int, slot: Int) {
        let last = unreadLevels[level].removeLast()
        guard slot < unreadLevels[level].count else { return }
        unreadLevels[level][slot] = last
        users[last]?.unreadSlot = slot
    }
}
