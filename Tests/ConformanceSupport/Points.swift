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
}
