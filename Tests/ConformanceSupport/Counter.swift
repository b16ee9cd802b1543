import Loyalty
import Storage
import TestSupport

extension ConformanceCase {
    private static func points(_ hundredths: Int64) -> Points { Points(hundredths: hundredths) }

    static let counter = [
        ConformanceCase("a sale stores the receipt and uploads its order, or does neither") { store in
            let user = try await store.addUser("gopher")
            let other = try await store.addUser("other")
            let lookup = try store.storage.makeReceiptLookup()
            defer { lookup.close() }
            let sell = { (body: Int, customer: UserID?) async throws in
                try await store.apply(
                    .sell(.sample(body), earning: points(700), customer: customer.map(UserSelector.id)))
            }
            guard case .sold(let sale) = try await sell(1, user) else { throw Violation("the sale is new") }
            try expect(sale.uploaded?.user, user)
            try expect(sale.status, .new)
            try expect(sale.customer?.id, user)
            try expect(try await sell(1, user), .refused(.receiptTaken))
            _ = try await store.addOrder(2, of: other)
            try expect(try await sell(2, user), .refused(.orderOfAnother))
            try expect(try lookup.earned(by: .sample(2)), nil)
            try expect(try await sell(3, UserID(rawValue: 99)), .refused(.noSuchCustomer))
            // The order was uploaded before, and its receipt follows.
            guard case .sold(let second) = try await sell(2, nil) else { throw Violation("the receipt is new") }
            try expect(second.customer?.id, other)
            try expect(second.uploaded, nil)
            guard case .sold(let third) = try await sell(4, nil) else { throw Violation("the receipt is new") }
            try expect(third.customer == nil && third.status == nil)
            try await store.credit(5, for: 5, to: user)
            try expect(try await sell(5, user), .refused(.receiptCredited))
            for body in 11..<(10 + StoreUnderTest.unfinishedPerUserMax) { _ = try await store.addOrder(body, of: user) }
            try expect(try await sell(30, user), .refused(.tooManyUnfinishedOrders))
            try expect(try lookup.earned(by: .sample(30)), nil)
            let facts = try await store.withStaff { try await $0.facts(of: .sample(1)).get() }
            try expect(facts.receipt, ReceiptFacts(points: points(700), acceptedAt: store.clock.now))
            try expect(facts.customer, CustomerName(id: user, login: "gopher"))
            try expect(try store.asOwner { try $0.facts(of: .sample(1)) }, facts)
            try expect(try await store.withStaff { try await $0.facts(of: .sample(40)).get().isUnused })
        },
        ConformanceCase("a disabled customer spends nothing, and refunds, returns and repetitions go on") { store in
            let user = try await store.addUser("gopher")
            try await store.credit(1000, for: 1, to: user)
            let spend = { (body: Int) async throws in
                try await store.apply(.spend(.id(user), .sample(body), points(300)))
            }
            guard case .customer(_, isChanged: true) = try await spend(2) else { throw Violation("there are points") }
            try await store.apply(.setCustomerEnabled(.id(user), false))
            try expect(try await spend(3), .refused(.customerDisabled))
            // The withdrawal was made, and its client may not have heard of it.
            guard case .customer(_, isChanged: false) = try await spend(2) else {
                throw Violation("a repetition must have its result")
            }
            try expect(try await store.balance(of: user), .hundredths(700, 300))
            guard case .refunded = try await store.apply(.refund(.sample(2), reason: "")),
                case .returned = try await store.apply(.returnGoods(.sample(1), points(400), reason: ""))
            else { throw Violation("what went wrong before must be put right") }
            try expect(try await store.balance(of: user), .hundredths(600, 0))
            try await store.apply(.setCustomerEnabled(.id(user), true))
            guard case .customer(_, isChanged: true) = try await spend(3) else { throw Violation("there are points") }
        },
        ConformanceCase("a receipt is corrected until its order is credited, and the order earns the correction") {
            store in
            let user = try await store.addUser("gopher")
            let correct = { (hundredths: Int64) async throws in
                try await store.apply(.correctReceipt(.sample(1), earning: points(hundredths)))
            }
            try expect(try await correct(5), .refused(.noSuchReceipt))
            let sold = try await store.apply(.sell(.sample(1), earning: points(700), customer: .id(user)))
            guard case .sold(let sale) = sold, let order = sale.uploaded else { throw Violation("the sale is new") }
            try expect(try await correct(500), .receipt(.sample(1), points(500)))
            let lookup = try store.storage.makeReceiptLookup()
            defer { lookup.close() }
            try expect(try lookup.earned(by: .sample(1)), points(500))
            // A worker had read the receipt before the correction.
            try store.settle(order.id, .processed(points(700)))
            try expect(try await store.balance(of: user), .hundredths(500, 0))
            try expect(try await correct(900), .refused(.receiptCredited))
            try expect(try lookup.earned(by: .sample(1)), points(500))
        },
        ConformanceCase("a return takes back no more than the order earned, and no more than there is") { store in
            let user = try await store.addUser("gopher")
            try await store.credit(1000, for: 1, to: user)
            let bring = { (body: Int, hundredths: Int64?) async throws in
                try await store.apply(.returnGoods(.sample(body), hundredths.map(points), reason: "too small"))
            }
            let result = { (returned: Int64, missing: Int64, left: Int64, current: Int64, withdrawn: Int64) throws in
                let account = UserAccount(
                    id: user, login: "gopher", state: .active, balance: .hundredths(current, withdrawn),
                    createdAt: store.clock.now)
                return ShopChangeResult.returned(
                    GoodsReturn(
                        returned: points(returned), missing: points(missing), left: points(left), customer: account))
            }
            try expect(try await bring(2, nil), .refused(.orderNotCredited))
            _ = try await store.addOrder(2, of: user)
            try expect(try await bring(2, nil), .refused(.orderNotCredited))
            try expect(try await bring(1, 1001), .refused(.moreThanLeft(points(1000))))
            try expect(try await bring(1, 300), try result(300, 0, 700, 700, 0))
            try expect(try await bring(1, 701), .refused(.moreThanLeft(points(700))))
            _ = try await store.withdraw(600, for: 3, of: user)
            try expect(try await bring(1, nil), try result(100, 600, 600, 0, 600))
            try expect(try await bring(1, 50), try result(0, 50, 600, 0, 600))
            try await store.apply(.refund(.sample(3), reason: ""))
            try expect(try await bring(1, nil), try result(600, 0, 0, 0, 0))
            for wanted in [nil, 1] as [Int64?] {
                try expect(try await bring(1, wanted), .refused(.moreThanLeft(.zero)))
            }
            let entries = try await store.withStaff { try await $0.ledger(of: user, from: nil, limit: 9).get().items }
            try expect(
                entries.filter { $0.entry.kind == .returned }.map(\.entry.points.hundredths), [-600, -100, -300])
            try expect(
                entries.first?.note, LedgerNote(author: "root", reason: "too small"))
            let orders = try await store.withStaff { try await $0.orders(of: user, from: nil, limit: 9).get().items }
            try expect(orders.map(\.returned), [.zero, points(1000)])
        },
        ConformanceCase("points are spent, refunded and adjusted at the counter with a note of who did it") { store in
            let user = try await store.addUser("gopher")
            let other = try await store.addUser("other")
            try await store.credit(1000, for: 1, to: user)
            let actor = Actor(try await store.hire("anna", .cashier), address: "192.0.2.1")
            let spend = { (hundredths: Int64, user: UserID) async throws in
                try await store.apply(.spend(.id(user), .sample(2), points(hundredths)), by: actor)
            }
            guard case .refused(.notEnoughPoints(let account)) = try await spend(1001, user) else {
                throw Violation("a balance must not go below zero")
            }
            try expect(account.balance, .hundredths(1000, 0))
            try expect(try store.customer(try await spend(300, user)).balance, .hundredths(700, 300))
            guard case .customer(_, false) = try await spend(300, user) else { throw Violation("it is repeated") }
            try expect(try await spend(301, user), .refused(.withdrawalConflict))
            try expect(try await spend(300, other), .refused(.withdrawalConflict))
            let refund = { () async throws in
                try await store.apply(.refund(.sample(2), reason: "a mistake"), by: actor)
            }
            let refunded = try await refund()
            try expect(try store.customer(refunded).balance, .hundredths(1000, 0))
            try expect(try await refund(), .refused(.refundedBefore))
            try expect(
                try await store.apply(.refund(.sample(9), reason: ""), by: actor), .refused(.noSuchWithdrawal))
            let adjusted = try await store.apply(.adjust(.id(user), points(-1), reason: "a fee"), by: actor)
            try expect(try store.customer(adjusted).balance, .hundredths(999, 0))
            try expect(
                try await store.apply(.adjust(.id(user), points(.max), reason: "all"), by: actor),
                .refused(.tooManyPoints))
            let notes = try await store.withStaff { try await $0.ledger(of: user, from: nil, limit: 9).get().items }
            try expect(notes.map(\.note?.reason), ["a fee", "a mistake", "", nil])
            try expect(notes.map(\.note?.author), ["anna", "anna", "anna", nil])
            let withdrawals = try await store.withStaff {
                try await $0.withdrawals(of: user, from: nil, limit: 9).get().items
            }
            try expect(withdrawals.map(\.refundedAt), [store.clock.now])
        },
        ConformanceCase("customers are found by the start of the login, page by page, and by an order number") {
            store in
            var ids: [String: UserID] = [:]
            for login in ["anna", "ann", "anton", "bob", "\u{10FFFF}", "an\u{10FFFF}", "gone"] {
                ids[login] = try await store.addUser(login)
            }
            try await store.apply(.deleteCustomer(.login(Login("gone"))))
            let find: @Sendable (String) async throws -> [String] = { prefix in
                try await store.customers(startingWith: prefix).map(\.login)
            }
            try expect(try await find("an"), ["ann", "anna", "anton", "an\u{10FFFF}"])
            try expect(try await find("anna"), ["anna"])
            try expect(try await find("annab"), [])
            try expect(try await find("\u{10FFFF}"), ["\u{10FFFF}"])
            try expect(try await find(""), ["ann", "anna", "anton", "an\u{10FFFF}", "bob", "\u{10FFFF}"])
            guard let bob = ids["bob"], let ann = ids["ann"] else { throw Violation("both were added") }
            try await store.credit(100, for: 1, to: bob)
            try await store.credit(100, for: 2, to: ann)
            _ = try await store.withdraw(50, for: 1, of: ann)
            let byNumber = try await store.withStaff { try await $0.customers(of: .sample(1)).get().map(\.login) }
            try expect(Set(byNumber), ["ann", "bob"])
            try expect(try await store.withStaff { try await $0.customers(of: .sample(9)).get() }, [])
            try expect(try await store.withStaff { try await $0.customer(bob).get()?.balance }, .hundredths(100, 0))
            guard let gone = ids["gone"] else { throw Violation("it was added") }
            try expect(try await store.withStaff { try await $0.customer(gone).get() }, nil)
            let signIns = try await store.withStaff { try await $0.signIns(of: bob).get() }
            try expect(signIns.sessionEnds.count == 1 && signIns.places.isEmpty)
        },
    ]
}
