import Loyalty
import Storage
import TestSupport

extension ConformanceCase {
    static let orders = [
        ConformanceCase("an order number belongs to the user who uploaded it first") { store in
            let user = try await store.addUser("gopher")
            let other = try await store.addUser("other")
            let order = try await store.addOrder(1, of: user)
            try expect(try await store.upload(1, of: user), .uploadedBefore)
            try expect(try await store.upload(1, of: other), .uploadedByAnother)
            try expect(try await store.addOrder(2, of: other) > order)
            let found = try await store.turn { try await $0.order(.sample(1), of: user).get() }
            let expected = Order(number: .sample(1), status: .new, accrual: .zero, uploadedAt: store.clock.now)
            try expect(found, expected)
            try expect(try await store.turn { try await $0.order(.sample(1), of: other).get() }, nil)
            try expect(try await store.turn { try await $0.order(.sample(3), of: user).get() }, nil)
        },
        ConformanceCase("pages of orders have every order once, newest first, while orders are added") { store in
            let user = try await store.addUser("gopher")
            let other = try await store.addUser("other")
            for body in 1...5 {
                _ = try await store.addOrder(body, of: user)
                _ = try await store.addOrder(body + 10, of: other)
            }
            let first = try await store.turn { try await $0.orders(of: user, from: nil, limit: 2).get() }
            try expect(first.items.map(\.number), [.sample(5), .sample(4)])
            _ = try await store.addOrder(6, of: user)
            let second = try await store.turn { try await $0.orders(of: user, from: first.next, limit: 3).get() }
            try expect(second.items.map(\.number), [.sample(3), .sample(2), .sample(1)])
            // A store that does not look ahead may name an empty page.
            if let next = second.next {
                let last = try await store.turn { try await $0.orders(of: user, from: next, limit: 3).get() }
                try expect(last.items.isEmpty && last.next == nil)
            }
            try expect(try await store.orders(of: user).count, 6)
            try expect(try await store.orders(of: UserID(rawValue: 99)), [])
        },
        ConformanceCase("a user at the limit uploads nothing new until an order has a final status") { store in
            let user = try await store.addUser("gopher")
            let other = try await store.addUser("other")
            var orders: [OrderID] = []
            for body in 1...StoreUnderTest.unfinishedPerUserMax {
                orders.append(try await store.addOrder(body, of: user))
            }
            try expect(try await store.upload(100, of: user), .tooManyUnfinished)
            try expect(try await store.upload(1, of: user), .uploadedBefore)
            _ = try await store.addOrder(200, of: other)
            try expect(try await store.upload(200, of: user), .uploadedByAnother)
            try store.settle(orders[0], .processing)
            try expect(try await store.upload(100, of: user), .tooManyUnfinished)
            try store.settle(orders[0], .invalid)
            _ = try await store.addOrder(100, of: user)
            try expect(try await store.upload(101, of: user), .tooManyUnfinished)
        },
    ]

    static let settlements = [
        ConformanceCase("unfinished orders are found by user and id") { store in
            let user = try await store.addUser("gopher")
            let other = try await store.addUser("other")
            let orders = [try await store.addOrder(1, of: other), try await store.addOrder(2, of: user)]
            let late = try await store.addOrder(3, of: user)
            try store.settle(try await store.addOrder(4, of: user), .invalid)
            let settlements = store.storage.settlements
            try expect(try settlements.usersWithUnfinishedOrders(after: nil, limit: 9), [user, other])
            try expect(try settlements.usersWithUnfinishedOrders(after: nil, limit: 1), [user])
            try expect(try settlements.usersWithUnfinishedOrders(after: user, limit: 9), [other])
            let found = try settlements.unfinishedOrders([
                UnfinishedPage(user: user, from: OrderID(rawValue: .min), limit: 1),
                UnfinishedPage(user: user, from: late, limit: 9),
                UnfinishedPage(user: other, from: OrderID(rawValue: .min), limit: 9),
            ])
            try expect(found.map { $0.map(\.id) }, [[orders[1]], [late], [orders[0]]])
            try expect(found[2].first?.number, .sample(1))
            try expect(try settlements.unfinishedOrders([]), [])
        },
        ConformanceCase("an order is credited once, whatever is said of it later") { store in
            let user = try await store.addUser("gopher")
            let order = try await store.addOrder(1, of: user)
            try store.settle(order, .processing)
            try expect(try await store.orders(of: user).map(\.status), [.processing])
            let points = Points(hundredths: 700)
            let settlement = Settlement(order: order, verdict: .processed(points))
            try store.storage.settlements.settle([settlement, settlement], at: store.clock.now)
            for verdict in [.processed(points), .processed(Points(hundredths: 900)), .invalid, .processing]
                as [Settlement.Verdict]
            {
                try store.settle(order, verdict)
            }
            try expect(try await store.balance(of: user), .hundredths(700, 0))
            try expect(try await store.orders(of: user).map(\.status), [.processed])
            try expect(try await store.orders(of: user).map(\.accrual), [points])
            try expect(try await store.ledger(of: user).map(\.kind), [.accrual])
        },
        ConformanceCase("an order that earns nothing has no entry in the ledger") { store in
            let user = try await store.addUser("gopher")
            try await store.credit(0, for: 1, to: user)
            try store.settle(try await store.addOrder(2, of: user), .invalid)
            try expect(try await store.orders(of: user).map(\.status), [.invalid, .processed])
            try expect(try await store.ledger(of: user), [])
        },
        ConformanceCase("a settlement that can't be true is left out, and the others are stored") { store in
            let user = try await store.addUser("gopher")
            let orders = [try await store.addOrder(1, of: user), try await store.addOrder(2, of: user)]
            let good = try await store.addOrder(3, of: user)
            try store.storage.settlements.settle(
                [
                    Settlement(order: OrderID(rawValue: 999), verdict: .processed(Points(hundredths: 5))),
                    Settlement(order: orders[0], verdict: .processed(Points(hundredths: -1))),
                    Settlement(order: good, verdict: .processed(Points(hundredths: 5))),
                    Settlement(order: orders[1], verdict: .processed(Points(hundredths: .max))),
                ], at: store.clock.now)
            try expect(try await store.balance(of: user), .hundredths(5, 0))
            try expect(try await store.orders(of: user).map(\.status), [.processed, .new, .new])
        },
    ]
}
