import Changes
import Loyalty
import Storage
import TestSupport

extension ConformanceCase {
    static let points = [
        ConformanceCase("a balance is zero for a new user and for an unknown one") { store in
            let user = try await store.addUser("gopher")
            try expect(try await store.balance(of: user), .hundredths(0, 0))
            try expect(try await store.balance(of: UserID(rawValue: 99)), .hundredths(0, 0))
        },
        ConformanceCase("points are spent once for an order, and never below zero") { store in
            let user = try await store.addUser("gopher")
            let other = try await store.addUser("other")
            try await store.credit(1000, for: 1, to: user)
            try await store.credit(1000, for: 2, to: other)
            try expect(try await store.withdraw(1001, for: 11, of: user), .notEnoughPoints)
            try expect(try await store.withdraw(400, for: 11, of: user), .withdrawn)
            try expect(try await store.withdraw(400, for: 11, of: user), .repeated)
            try expect(try await store.withdraw(399, for: 11, of: user), .conflict)
            try expect(try await store.withdraw(400, for: 11, of: other), .conflict)
            try expect(try await store.withdraw(601, for: 12, of: user), .notEnoughPoints)
            // A number that was uploaded can be paid for as well.
            try expect(try await store.withdraw(600, for: 1, of: user), .withdrawn)
            try expect(try await store.balance(of: user), .hundredths(0, 1000))
            try expect(try await store.balance(of: other), .hundredths(1000, 0))
            let spent = try await store.withdrawals(of: user)
            try expect(spent.map(\.order), [.sample(1), .sample(11)])
            try expect(spent.map(\.sum.hundredths), [600, 400])
            try expect(try await store.withdrawals(of: other), [])
        },
        ConformanceCase("the ledger has every change of the balance, newest first") { store in
            let user = try await store.addUser("gopher")
            try await store.credit(1000, for: 1, to: user)
            store.clock.advance(bySeconds: 1)
            _ = try await store.withdraw(400, for: 2, of: user)
            store.clock.advance(bySeconds: 1)
            try await store.credit(50, for: 3, to: user)
            let entries = try await store.ledger(of: user)
            try expect(entries.map(\.kind), [.accrual, .withdrawal, .accrual])
            try expect(entries.map(\.order), [.sample(3), .sample(2), .sample(1)])
            try expect(entries.map(\.points.hundredths), [50, -400, 1000])
            try expect(entries.map(\.balanceAfter.hundredths), [650, 600, 1000])
            try expect(entries[0].at.milliseconds - entries[2].at.milliseconds, 2000)
        },
    ]

    static let changes = [
        ConformanceCase("each change of an order and of a balance is published, once it can be read") { store in
            let user = try await store.addUser("gopher")
            let order = try await store.addOrder(1, of: user)
            let log = store.storage.changes
            let start = log.latest
            try store.settle(order, .processing)
            try store.settle(order, .processed(Points(hundredths: 700)))
            _ = try await store.withdraw(200, for: 2, of: user)
            _ = try await store.withdraw(9999, for: 3, of: user)
            let published = log.changes(after: start)?.map(\.change) ?? []
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
        ConformanceCase("a session that ends before its time is published, and no other") { store in
            let user = try await store.addUser("gopher")
            let credentials = Credentials(user: user, passwordHash: .sample("gopher"))
            try await store.turn { try await $0.addSession(.sample("old", expiresAt: 5), of: credentials) }
            let log = store.storage.changes
            let start = log.end.sessionEnds
            try await store.turn { try await $0.removeSession(.sample("old")) }
            try await store.turn { try await $0.removeSession(.sample("unknown")) }
            try expect(log.sessionEnds(after: start), [])
            try await store.turn { try await $0.removeSession(.sample("gopher")) }
            try expect(log.sessionEnds(after: start), [user])
        },
    ]
}
