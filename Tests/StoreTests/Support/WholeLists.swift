import Loyalty
import Store

/// Whole lists, read in pages so small that most of them take several.
extension SQLiteRepository {
    func orders(of user: UserID) throws -> [Order] {
        try all { cursor in try orders(of: user, from: cursor, limit: 3) }
    }

    func withdrawals(of user: UserID) throws -> [Withdrawal] {
        try all { cursor in try withdrawals(of: user, from: cursor, limit: 3) }
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
