import Loyalty
import Posix
import Storage
import TestSupport

extension ConformanceCase {
    private static let note = LedgerNote(author: "owner", reason: "a present")

    static let ownersChanges = [
        ConformanceCase("an adjustment keeps a balance between zero and what an account holds") { store in
            let user = try await store.addUser("gopher")
            let adjust = { (hundredths: Int64) throws in
                try store.asOwner {
                    try $0.adjust(.login(Login("gopher")), by: Points(hundredths: hundredths), note: note)
                }
            }
            try expect(try adjust(-1), .notEnoughPoints(login: "gopher", .zero))
            try expect(try adjust(500), .adjusted(login: "gopher", .hundredths(500, 0)))
            try expect(try adjust(.max), .tooManyPoints)
            try expect(try adjust(-500), .adjusted(login: "gopher", .hundredths(0, 0)))
            let unknown = try store.asOwner {
                try $0.adjust(.id(UserID(rawValue: 99)), by: Points(hundredths: 1), note: note)
            }
            try expect(unknown, .noSuchUser)
            let entries = try store.asOwner { try $0.user(.id(user), entries: 9)?.entries }
            try expect(entries?.map(\.entry.points.hundredths), [-500, 500])
            try expect(entries?.map(\.note), [note, note])
            try expect(entries?.map(\.entry.order), [nil, nil])
        },
        ConformanceCase("a refund gives points back once, and its number stays taken") { store in
            let user = try await store.addUser("gopher")
            try await store.credit(1000, for: 1, to: user)
            _ = try await store.withdraw(300, for: 2, of: user)
            let refund = { (body: Int) throws in try store.asOwner { try $0.refund(.sample(body), note: note) } }
            try expect(try refund(2), .refunded(Points(hundredths: 300), .hundredths(1000, 0)))
            try expect(try refund(2), .refundedBefore)
            try expect(try refund(1), .noSuchWithdrawal)
            try expect(try await store.withdraw(300, for: 2, of: user), .conflict)
            try expect(try await store.withdrawals(of: user), [])
            try expect(try await store.ledger(of: user).map(\.kind), [.refund, .withdrawal, .accrual])
            let use = try store.asOwner { try $0.use(of: .sample(2)) }
            try expect(use.withdrawal?.refundedAt, store.clock.now)
            try expect(use.withdrawal?.note, note)
            try expect(use.order, nil)
        },
        ConformanceCase("a disabled user has no sessions and opens none until enabled again") { store in
            let user = try await store.addUser("gopher")
            let credentials = Credentials(user: user, passwordHash: .sample("gopher"))
            let setEnabled = { (isEnabled: Bool) throws in try store.asOwner { try $0.setEnabled(isEnabled, .id(user)) }
            }
            try expect(try setEnabled(false), .changed(login: "gopher"))
            try expect(try setEnabled(false), .unchanged(login: "gopher"))
            try expect(try await store.session("gopher"), nil)
            try expect(try await store.turn { try await $0.credentials(of: Login("gopher")).get()?.isEnabled }, false)
            try await expect(.wrongCredentials) {
                try await store.turn { try await $0.addSession(.sample("again"), of: credentials) }
            }
            try expect(try setEnabled(true), .changed(login: "gopher"))
            try await store.turn { try await $0.addSession(.sample("again"), of: credentials) }
            let result = try store.asOwner { try $0.setPassword(.sample("new"), of: .login(Login("gopher"))) }
            try expect(result, .changed(login: "gopher"))
            try expect(try await store.session("again"), nil)
            try expect(try store.asOwner { try $0.setEnabled(true, .id(UserID(rawValue: 99))) }, .noSuchUser)
        },
        ConformanceCase("a deleted user leaves orders and ledger, and frees the login") { store in
            let user = try await store.addUser("gopher")
            try await store.credit(1000, for: 1, to: user)
            let order = try await store.addOrder(2, of: user)
            let delete = { () throws in try store.asOwner { try $0.deleteUser(.login(Login("gopher"))) } }
            try expect(try delete(), .changed(login: "gopher"))
            try expect(try delete(), .noSuchUser)
            try expect(try await store.session("gopher"), nil)
            try expect(try await store.turn { try await $0.profile(of: user).get() }, nil)
            // An order that is still asked about is settled on the account that is left.
            try store.settle(order, .processed(Points(hundredths: 5)))
            let again = try await store.addUser("gopher")
            try expect(again != user)
            try expect(try await store.upload(1, of: again), .uploadedByAnother)
            try expect(try await store.balance(of: again), .hundredths(0, 0))
            try expect(try await store.balance(of: user), .hundredths(1005, 0))
        },
        ConformanceCase("unfinished orders of deleted users are dropped, and no others") { store in
            let gone = try await store.addUser("gone")
            let kept = try await store.addUser("kept")
            let orders = [try await store.addOrder(1, of: gone), try await store.addOrder(2, of: gone)]
            try await store.credit(700, for: 3, to: gone)
            _ = try await store.addOrder(4, of: kept)
            try store.asOwner { _ = try $0.deleteUser(.id(gone)) }
            let drop = { () throws in
                var dropped: [UnfinishedOrder] = []
                try store.asOwner { owner in try owner.dropOrdersOfDeletedUsers { dropped += $0 } }
                return dropped
            }
            try expect(try drop().map(\.id), orders)
            try expect(try drop(), [])
            try expect(try await store.orders(of: gone).map(\.status), [.processed, .invalid, .invalid])
            try expect(try await store.orders(of: kept).map(\.status), [.new])
            try expect(try await store.balance(of: gone), .hundredths(700, 0))
            try expect(try await store.upload(1, of: kept), .uploadedByAnother)
            let stop = Cancellation()
            stop.cancel()
            do {
                try store.asOwner(until: stop) { owner in try owner.dropOrdersOfDeletedUsers { _ in } }
                throw Violation("a cancelled command must end with an error")
            } catch is StoreError {}
        },
    ]

    static let ownersLists = [
        ConformanceCase("owners list users and orders page by page") { store in
            for index in 1...5 { _ = try await store.addUser("user \(index)") }
            let ids = try store.asOwner { try $0.users(after: nil, limit: 9).map(\.id) }
            try await store.credit(100, for: 1, to: ids[1])
            _ = try await store.addOrder(2, of: ids[2])
            try store.asOwner { owner in
                _ = try owner.deleteUser(.login(Login("user 4")))
                try expect(try owner.users(after: nil, limit: 3).map(\.login), ["user 1", "user 2", "user 3"])
                try expect(try owner.users(after: ids[2], limit: 3).map(\.login), ["user 5"])
                try expect(try owner.user(.id(ids[3]), entries: 9), nil)
                let details = try owner.user(.login(Login("user 2")), entries: 9)
                try expect(details?.account.balance, .hundredths(100, 0))
                try expect(details?.orderCount, 1)
                for (user, status, bodies) in [
                    (nil, nil, [2, 1]), ("user 2", nil, [1]), ("user 2", .new, []), (nil, .new, [2]),
                    (nil, .processed, [1]), ("nobody", nil, nil), ("user 4", nil, nil),
                ] as [(String?, Order.Status?, [Int]?)] {
                    let selector = try user.map { UserSelector.login(try Login($0)) }
                    let orders = try owner.orders(of: selector, status: status, before: nil, limit: 9)
                    try expect(orders?.map(\.order.number), bodies?.map { .sample($0) })
                }
                let newest = try owner.orders(of: nil, status: nil, before: nil, limit: 1)?.first
                try expect(newest?.login, "user 3")
                let older = try owner.orders(of: nil, status: nil, before: newest?.id, limit: 9)
                try expect(older?.map(\.order.number), [.sample(1)])
            }
        },
        ConformanceCase("the owner reads what the staff reads, and sees each own change at once") { store in
            let user = try await store.addUser("gopher")
            try await store.credit(1000, for: 1, to: user)
            try store.asOwner { owner in
                for step in 1...3 {
                    let change = ShopChange.spend(.id(user), .sample(10 + step), Points(hundredths: 100))
                    guard case .customer(let account, isChanged: true) = try owner.apply(change, by: Actor(system: "a"))
                    else { throw Violation("points are spent") }
                    let read = try owner.readAsStaff { repository throws(LoyaltyError) in try repository.customer(user)
                    }
                    try expect(read, account)
                    let page = try owner.readAsStaff { repository throws(LoyaltyError) in
                        try repository.withdrawals(of: user, from: nil, limit: 2)
                    }
                    try expect(page.items.count, min(step, 2))
                    try expect(page.next == nil, step < 3)
                    let facts = try owner.readAsStaff { repository throws(LoyaltyError) in
                        try repository.facts(of: .sample(10 + step))
                    }
                    try expect(facts.spender?.login, "gopher")
                }
                let unknown = try owner.readAsStaff { repository throws(LoyaltyError) in
                    try repository.customer(UserID(rawValue: 99))
                }
                try expect(unknown, nil)
            }
        },
        ConformanceCase("statistics count everything") { store in
            let user = try await store.addUser("gopher")
            let gone = try await store.addUser("gone")
            try await store.credit(1000, for: 1, to: user)
            _ = try await store.withdraw(300, for: 2, of: user)
            _ = try await store.addOrder(3, of: gone)
            _ = try await store.apply(.returnGoods(.sample(1), Points(hundredths: 120), reason: "why"))
            try store.asOwner { owner in
                _ = try owner.deleteUser(.id(gone))
                _ = try owner.adjust(.id(user), by: Points(hundredths: 50), note: note)
                let statistics = try owner.statistics()
                try expect(statistics.users, [.active: 1, .deleted: 1])
                try expect(statistics.orders, [.new: 1, .processed: 1])
                try expect(statistics.outstanding, 630)
                try expect(statistics.returned, 120)
                try expect(statistics.granted, 1000)
                try expect(statistics.spent, 300)
                try expect(statistics.adjusted, 50)
            }
        },
    ]
}
