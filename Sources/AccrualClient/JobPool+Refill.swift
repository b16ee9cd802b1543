import Loyalty
import Storage

extension JobPool {
    /// No more orders are loaded while those that wait for their first request suffice for this many ticks, and are at
    /// least ``loadedMin``. A database may contain far more.
    private static let loadedTicks = 4
    private static let loadedMin = 1000
    /// The most reads of the database in one call.
    private static let readsMax = 4
    /// The most users that one read finds; each is a step through the index.
    private static let usersPerRead = 1000
    /// The most users whose orders one read loads, and the most orders; together they take some milliseconds.
    private static let pagesPerRead = 512
    fileprivate static let ordersPerRead = 2048

    /// Fills the window from the database: finds users with unfinished orders, and loads some orders of the users who
    /// have the fewest in memory. One thread calls it at each tick; the work of a call is bounded.
    ///
    /// Throws what the repository throws. The next call then continues at the same position.
    package func refill(
        from settlements: any SettlementRepository, jobsPerTickMax: Int, now: Int64
    ) throws(LoyaltyError) {
        let loadedMax = max(Self.loadedMin, Self.loadedTicks * jobsPerTickMax)
        for _ in 0..<Self.readsMax {
            let didFind = try findUsers(settlements)
            let didLoad = try loadOrders(settlements, loadedMax: loadedMax, now: now)
            guard didFind || didLoad else { return }
        }
    }

    /// Finds users with unfinished orders. Returns false if all users are known, or there is no room for another.
    private func findUsers(_ settlements: any SettlementRepository) throws(LoyaltyError) -> Bool {
        let search = withState { $0.search }
        guard search.isUnderWay else { return false }
        let users = try settlements.usersWithUnfinishedOrders(after: search.after, limit: Self.usersPerRead)
        return withState { state in
            var last = search.after
            for user in users {
                guard state.know(user) else {
                    if last != search.after { state.noteFound(through: last) }
                    return false
                }
                last = user
            }
            state.noteFound(through: users.count == Self.usersPerRead ? last : nil)
            return true
        }
    }

    /// Loads orders. Returns false if no order is to be loaded now.
    private func loadOrders(
        _ settlements: any SettlementRepository, loadedMax: Int, now: Int64
    ) throws(LoyaltyError) -> Bool {
        let (pages, abandonedCount) = withState { ($0.choosePages(Self.pagesPerRead, loadedMax), $0.abandonedCount) }
        guard !pages.isEmpty else { return false }
        do throws(LoyaltyError) {
            let orders = try settlements.unfinishedOrders(pages)
            precondition(orders.count == pages.count, "the repository must return orders for each page")
            return withState { state in
                guard state.abandonedCount == abandonedCount else {
                    state.giveUp(pages)
                    return true
                }
                var didLoad = false
                for (page, orders) in zip(pages, orders) {
                    if state.load(page, orders, now: now) { didLoad = true }
                }
                return didLoad
            }
        } catch {
            withState { $0.giveUp(pages) }
            throw error
        }
    }
}

extension PoolState {
    /// Returns the pages to read now, of the users with the fewest orders in memory. Users with hardly any are read for
    /// even if enough is loaded of others, so that no backlog keeps them out.
    fileprivate mutating func choosePages(_ limit: Int, _ loadedMax: Int) -> [UnfinishedPage] {
        var pages: [UnfinishedPage] = []
        while pages.count < limit, let level = users.unreadLevelMin, mayAdmit(level: level) {
            let chosen = pages.reduce(0) { $0 + $1.limit }
            let enough = level <= Self.singleOrderLevel ? 2 * loadedMax : loadedMax
            let wanted = min(JobPool.ordersPerRead - chosen, enough - queues.loaded.count - chosen)
            guard wanted > 0 else { break }
            let share = max(Self.pageOrdersMin, wanted / users.unreadCount(level: level))
            guard let user = nextUnread(level: level), let start = beginReading(user) else { break }
            pages.append(UnfinishedPage(user: user, from: start, limit: share))
        }
        return pages
    }

    /// Takes the orders of a page. Returns true if one of them got a place, or the user has no more to read.
    fileprivate mutating func load(_ page: UnfinishedPage, _ orders: [UnfinishedOrder], now: Int64) -> Bool {
        var didLoad = orders.count < page.limit
        for order in orders {
            let isKnown = contains(order.id)
            guard load(order, dueAt: now) else {
                endReading(page.user, next: order.id)
                return didLoad && order.id != page.from
            }
            if !isKnown { didLoad = true }
        }
        // After the greatest id, which a damaged database may have, there is no order.
        let next = orders.count == page.limit ? orders.last?.id.next : nil
        endReading(page.user, next: next)
        return didLoad || next != nil
    }

    fileprivate mutating func giveUp(_ pages: [UnfinishedPage]) {
        for page in pages { endReading(page.user, next: page.from) }
    }

    /// The level of a user with at most one order in memory.
    private static let singleOrderLevel = 1
    private static let pageOrdersMin = 16
}

extension OrderID {
    /// The id after this one; `nil` if this is the greatest.
    fileprivate var next: OrderID? { rawValue == .max ? nil : OrderID(rawValue: rawValue + 1) }
}
