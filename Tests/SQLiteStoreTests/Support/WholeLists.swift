import Loyalty
import Storage
import TestSupport

extension SettlementRepository {
    /// The unfinished orders of all users, by user and id.
    func allUnfinishedOrders() throws -> [UnfinishedOrder] {
        var found: [UnfinishedOrder] = []
        for user in try usersWithUnfinishedOrders(after: nil, limit: 1000) {
            var from = OrderID(rawValue: .min)
            while true {
                let page = try unfinishedOrders([UnfinishedPage(user: user, from: from, limit: 3)])[0]
                guard let last = page.last else { break }
                found += page
                from = OrderID(rawValue: last.id.rawValue + 1)
            }
        }
        return found
    }
}

/// Whole lists, read in pages so small that most of them take several.
extension Repository {
    func orders(of user: UserID) throws -> [Order] {
        try all { cursor in try orders(of: user, from: cursor, limit: 3).atOnce }
    }

    func withdrawals(of user: UserID) throws -> [Withdrawal] {
        try all { cursor in try withdrawals(of: user, from: cursor, limit: 3).atOnce }
    }

    private func all<Item>(_ read: (PageCursor?) throws -> Page<Item>) rethrows -> [Item] {
        var page = try read(nil)
        var items = page.items
        while let next = page.next {
            page = try read(next)
            items += page.items
        }
        return items
    }
}
