import Loyalty
import Storage

/// The facts that a database stores about an order.
struct StoredOrder: Equatable {
    let order: UnfinishedOrder
    let user: Int
    var status = Order.Status.new
    var accrual: Int64 = 0
}

/// A database in memory that keeps the contract of ``SettlementRepository``, except for the rule that is broken on
/// purpose.
final class ModelSettlements {
    private(set) var orders: [StoredOrder] = []
    private(set) var balances: [Int64]
    private(set) var ledger: [(order: OrderID, user: Int, amount: Int64)] = []
    private let broken: BrokenRule?

    init(users: Int, broken: BrokenRule?) {
        balances = Array(repeating: 0, count: users)
        self.broken = broken
    }

    func add(_ number: OrderNumber, of user: Int) -> UnfinishedOrder {
        let order = UnfinishedOrder(
            id: OrderID(rawValue: Int64(orders.count + 1)), number: number, user: UserID(rawValue: Int64(user + 1)))
        orders.append(StoredOrder(order: order, user: user))
        return order
    }

    func usersWithUnfinishedOrders(after user: UserID?, limit: Int) -> [UserID] {
        let users = Set(orders.filter(isOpen).map(\.order.user.rawValue)).sorted()
        return users.filter { $0 > user?.rawValue ?? .min }.prefix(limit).map { UserID(rawValue: $0) }
    }

    func unfinishedOrders(_ pages: [UnfinishedPage]) -> [[UnfinishedOrder]] {
        pages.map { page in
            let found = orders.lazy.filter { self.isOpen($0) && $0.order.user == page.user && $0.order.id >= page.from }
            let orders = Array(found.prefix(page.limit).map(\.order))
            return broken == .losesWaitingOrder ? orders.filter { $0.id.rawValue % 10 != 9 } : orders
        }
    }

    private func isOpen(_ stored: StoredOrder) -> Bool { !stored.status.isFinal || broken == .changesFinals }

    func settle(_ batch: [Settlement]) {
        for settlement in batch { settle(settlement) }
    }

    private func settle(_ settlement: Settlement) {
        let index = Int(settlement.order.rawValue) - 1
        let isFinal = orders[index].status.isFinal
        switch settlement.verdict {
        case .processing:
            if !isFinal { orders[index].status = .processing }
        case .invalid:
            if !isFinal || broken == .changesFinals { orders[index].status = .invalid }
        case .processed(let points):
            guard !isFinal || broken == .changesFinals || broken == .creditsTwice else { return }
            orders[index].status = .processed
            orders[index].accrual = (broken == .creditsTwice ? orders[index].accrual : 0) + points.hundredths
            guard points > .zero else { return }
            balances[orders[index].user] += points.hundredths
            if broken == .forgetsLedgerEntry, index % 10 == 9 { return }
            ledger.append((settlement.order, orders[index].user, points.hundredths))
        }
    }
}

/// The database with faults: it refuses for a while, or stores a batch without an acknowledgement.
final class FaultySettlements: SettlementRepository, @unchecked Sendable {
    // Safe: a simulation runs on one thread, and the dispatcher's queue runs on it.
    private let day: Day

    init(_ day: Day) { self.day = day }

    func usersWithUnfinishedOrders(after user: UserID?, limit: Int) throws(LoyaltyError) -> [UserID] {
        if day.storageRefuses { throw .unavailable(retryAfterSeconds: 1) }
        let users = day.database.usersWithUnfinishedOrders(after: user, limit: limit)
        day.compare { file throws in
            guard try file.settlements.usersWithUnfinishedOrders(after: user, limit: limit) == users else {
                throw LoyaltyError.failed
            }
        }
        return users
    }

    func unfinishedOrders(_ pages: [UnfinishedPage]) throws(LoyaltyError) -> [[UnfinishedOrder]] {
        if day.storageRefuses { throw .unavailable(retryAfterSeconds: 1) }
        let orders = day.database.unfinishedOrders(pages)
        day.compare { file throws in
            guard try file.settlements.unfinishedOrders(pages) == orders else { throw LoyaltyError.failed }
        }
        return orders
    }

    func settle(_ batch: [Settlement], at now: Timestamp) throws(LoyaltyError) {
        if day.storageRefuses {
            day.trace.note(day.now, "refused \(batch.count)")
            if day.broken == .swallowsRefusal { return }
            throw .unavailable(retryAfterSeconds: 1)
        }
        day.trace.note(day.now, "settle \(batch.map { "\($0.order.rawValue) \($0.verdict)" })")
        day.database.settle(batch)
        day.compare { file throws in try file.settlements.settle(batch, at: now) }
        if day.takeCommitFault() { throw .failed }
        day.noteAcknowledged(batch)
    }
}
