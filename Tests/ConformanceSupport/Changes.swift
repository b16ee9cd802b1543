import Changes
import Loyalty
import Storage
import Synchronization
import TestSupport

extension ConformanceCase {
    static let changes = [
        ConformanceCase("each change of an order and of a balance is published, once it can be read") { store in
            let user = try await store.addUser("gopher")
            let order = try await store.addOrder(1, of: user)
            let feed = store.storage.changes
            let start = feed.end.change
            try store.settle(order, .processing)
            try store.settle(order, .processed(Points(hundredths: 700)))
            _ = try await store.withdraw(200, for: 2, of: user)
            _ = try await store.withdraw(9999, for: 3, of: user)
            let published = try await feed.changes(after: start, count: 4).map(\.change)
            try expect(published.allSatisfy { $0.user == user })
            let orders = try await store.orders(of: user)
            let processing = Order(
                number: .sample(1), status: .processing, accrual: .zero, uploadedAt: orders[0].uploadedAt)
            try expect(
                published.map(\.kind),
                [
                    .order(processing), .order(orders[0]), .balance(.hundredths(700, 0)),
                    .balance(.hundredths(500, 200)),
                ])
        },
        ConformanceCase("a user's changes are read on from any position, in the order of the commits") { store in
            let (user, other) = (try await store.addUser("gopher"), try await store.addUser("other"))
            let feed = store.storage.changes
            let start = feed.end.change
            for body in 1...4 { try await store.credit(100, for: body, to: body == 3 ? other : user) }
            let all = try await feed.changes(after: start, count: 8)
            try expect(zip(all, all.dropFirst()).allSatisfy { $0.id < $1.id })
            let ofUser = all.filter { $0.change.user == user }
            try expect(
                ofUser.compactMap(\.change.balance), [.hundredths(100, 0), .hundredths(200, 0), .hundredths(300, 0)])
            for position in [start] + all.map(\.id) {
                for limit in [1, 2, 100] {
                    let found = try await feed.allChanges(of: user, after: position, limit: limit)
                    try expect(found, ofUser.filter { $0.id > position })
                }
            }
        },
        ConformanceCase("a reader whose position is too old, or of no feed, has to read everything again") { store in
            let (user, other) = (try await store.addUser("gopher"), try await store.addUser("other"))
            let feed = store.storage.changes
            let start = feed.end.change
            let count = StoreUnderTest.keptChangesMax + 2
            for body in 1...(count / 2) { try await store.credit(100, for: body, to: user) }
            try await eventually { feed.changes(after: start, limit: count) == nil }
            let end = feed.end.change
            for id in [start.rawValue, 0, -1, .min, .max, end.rawValue + 1_000_000_000] {
                let id = ChangeID(rawValue: id)
                try expect(feed.changes(after: id, limit: 1) == nil)
                for reader in [user, other] {
                    try expect(try await feed.changes(of: reader, after: id, limit: 1).get() == nil)
                }
            }
            try expect(try await feed.changes(of: user, after: end, limit: 1).get()?.changes, [])
        },
        ConformanceCase("a subscriber that reads at each wake, and at no other time, misses nothing") { store in
            let user = try await store.addUser("gopher")
            let feed = store.storage.changes
            let seen = Mutex<(position: ChangePosition, changes: [LoggedChange], sessionEnds: [UserID])?>(nil)
            let (subscription, start) = feed.subscribe {
                seen.withLock { seen in
                    guard let position = seen?.position else { return }
                    let changes = feed.changes(after: position.change, limit: 100) ?? []
                    let ends = feed.sessionEnds(after: position.sessionEnds) ?? []
                    seen?.changes += changes
                    seen?.sessionEnds += ends
                    seen?.position = ChangePosition(
                        change: changes.last?.id ?? position.change, sessionEnds: position.sessionEnds + ends.count)
                }
            }
            seen.withLock { $0 = (start, [], []) }
            for body in 1...3 { try await store.credit(100, for: body, to: user) }
            try await store.turn { try await $0.removeSession(.sample("gopher")) }
            try await eventually { seen.withLock { $0?.changes.count == 6 && $0?.sessionEnds == [user] } }
            try expect(seen.withLock { $0?.changes }, feed.changes(after: start.change, limit: 100))
            feed.unsubscribe(subscription)
            try await store.credit(100, for: 4, to: user)
            try await eventually { feed.changes(after: start.change, limit: 100)?.count == 8 }
            try expect(seen.withLock { $0?.changes.count }, 6)
        },
        ConformanceCase("a session that ends before its time is published, and no other") { store in
            let user = try await store.addUser("gopher")
            let credentials = Credentials(user: user, passwordHash: .sample("gopher"))
            try await store.turn { try await $0.addSession(.sample("old", expiresAt: 5), of: credentials) }
            let feed = store.storage.changes
            let start = feed.end.sessionEnds
            try await store.turn { try await $0.removeSession(.sample("old")) }
            try await store.turn { try await $0.removeSession(.sample("unknown")) }
            try await store.turn { try await $0.removeSession(.sample("gopher")) }
            try await eventually { feed.end.sessionEnds > start }
            try expect(feed.sessionEnds(after: start), [user])
            try expect(feed.sessionEnds(after: start + 1), [])
        },
    ]
}

extension ChangeFeed {
    /// The changes after an id, as soon as there are this many: a store in the network learns of its own commits a
    /// moment after they are acknowledged.
    fileprivate func changes(after id: ChangeID, count: Int) async throws -> [LoggedChange] {
        try await eventually { self.changes(after: id, limit: count + 1)?.count ?? count >= count }
        let found = self.changes(after: id, limit: count + 1) ?? []
        try expect(found.count, count)
        return found
    }

    /// The user's changes after an id, read page by page.
    fileprivate func allChanges(of user: UserID, after id: ChangeID, limit: Int) async throws -> [LoggedChange] {
        var (changes, position): ([LoggedChange], ChangeID) = ([], id)
        while let found = try await self.changes(of: user, after: position, limit: limit).get() {
            try expect(found.changes.count <= limit)
            changes += found.changes
            position = found.upTo
            if found.isWhole { return changes }
        }
        throw Violation("the feed has lost changes that it kept a moment ago")
    }
}

extension Change {
    fileprivate var balance: Balance? { if case .balance(let balance) = kind { balance } else { nil } }
}
