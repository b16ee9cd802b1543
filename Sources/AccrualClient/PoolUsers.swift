import Loyalty

/// The users that the pool knows, with the memory that each user's orders take, and the orders of each that are only in
/// the database.
///
/// Users are grouped by the power of two of their share, so that the heaviest and the lightest are found without a
/// search.
struct PoolUsers {
    struct User {
        /// Orders in memory, in flight or not.
        var orders = 0
        /// The memory that these orders take, in units of ``unitBytes``.
        var units = 0
        var inFlight = 0
        /// The database may have unfinished orders with this id or a later one that are not in memory; `nil` if there
        /// are none.
        var unreadFrom: OrderID?
        /// True if orders before `unreadFrom` have left the memory, so that reading starts over at the end.
        var startsOver = false
        /// True if the user is removed as soon as no order is in flight, to be found again later.
        fileprivate(set) var isLeaving = false
        fileprivate var slot = 0
        fileprivate var unreadSlot: Int?

        /// The power of two of the user's share.
        fileprivate(set) var level = 0
    }

    /// The approximate memory of an order with a number of the usual length.
    static let unitBytes = 80
    /// The memory of a user without orders, in units.
    static let userUnits = 3
    /// The number of digits that a string stores inline, without an allocation.
    private static let digitsInline = 15
    /// The header of an allocated string.
    private static let stringHeaderBytes = 32
    /// The number of heavy users that are searched for a job to give up.
    private static let candidatesMax = 8

    private var users: [UserID: User] = [:]
    private var levels = [[UserID]](repeating: [], count: 64)
    private var unreadLevels = [[UserID]](repeating: [], count: 64)
    /// Advances with each choice, so that users of the same level take turns.
    private var rotation = 0
    /// The memory of all users and their orders, in units.
    private(set) var units = 0

    var count: Int { users.count }

    subscript(user: UserID) -> User? { users[user] }

    static func units(of order: UnfinishedOrder) -> Int {
        let digits = order.number.digits.utf8.count
        return digits <= digitsInline ? 1 : (unitBytes + stringHeaderBytes + digits + unitBytes - 1) / unitBytes
    }

    /// A user without orders in memory.
    var userWithoutOrders: UserID? { levels[0].last }

    /// Returns the number of users of a level that have orders to read.
    func unreadCount(level: Int) -> Int { unreadLevels[level].count }

    /// The level of the heaviest user.
    var levelMax: Int { levels.lastIndex { !$0.isEmpty } ?? 0 }

    /// The least level of the users that have orders to read; `nil` if there are none.
    var unreadLevelMin: Int? { unreadLevels.firstIndex { !$0.isEmpty } }

    mutating func add(_ user: UserID, unreadFrom id: OrderID?) {
        precondition(users[user] == nil, "the user must not be known yet")
        var added = User()
        added.slot = levels[0].count
        levels[0].append(user)
        users[user] = added
        units += Self.userUnits
        if let id { noteUnread(user, from: id) }
    }

    mutating func remove(_ user: UserID) {
        guard let removed = users[user] else { return }
        precondition(removed.orders == 0, "a user with orders in memory must not be removed")
        leaveLevel(removed.level, slot: removed.slot)
        stopReading(user)
        users[user] = nil
        units -= Self.userUnits
    }

    mutating func change(_ user: UserID, orders: Int, units change: Int) {
        guard var changed = users[user] else { preconditionFailure("a user with an order must be known") }
        changed.orders += orders
        changed.units += change
        units += change
        let level = Int.bitWidth - changed.units.leadingZeroBitCount
        users[user] = changed
        if level != changed.level { move(user, to: level) }
    }

    mutating func noteInFlight(_ user: UserID, _ change: Int) {
        // The user may have left and come back while a job was in flight.
        let inFlight = users[user]?.inFlight ?? 0
        users[user]?.inFlight = max(0, inFlight + change)
    }

    /// Records that an order with this id is in the database but not in memory.
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

    /// Removes the user from those that have orders to read, and returns the order at which reading starts.
    mutating func beginReading(_ user: UserID) -> OrderID? {
        let start = users[user]?.unreadFrom
        stopReading(user)
        return start
    }

    /// Records that reading ended before `next`, or with the user's last order if that is `nil`.
    mutating func endReading(_ user: UserID, next: OrderID?) {
        guard let ended = users[user] else { return }
        if let next {
            // Orders that left the memory meanwhile may precede that.
            if let other = ended.unreadFrom, other < next { users[user]?.startsOver = true }
            stopReading(user)
            noteUnread(user, from: next)
        } else if ended.startsOver {
            users[user]?.startsOver = false
            stopReading(user)
            noteUnread(user, from: OrderID(rawValue: .min))
        }
    }

    /// Returns one of the users of a level that have orders to read.
    mutating func nextUnread(level: Int) -> UserID? {
        guard !unreadLevels[level].isEmpty else { return nil }
        rotation = (rotation + 1) % 1_000_003
        return unreadLevels[level][rotation % unreadLevels[level].count]
    }

    /// Returns a few of the heaviest users, if they are above the given level.
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
