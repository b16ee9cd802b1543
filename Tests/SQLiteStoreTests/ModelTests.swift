import Loyalty
import SQLiteStore
import TestSupport
import Testing

/// Random runs against a model in memory; the seed that failed is the test's argument.
struct ModelTests {
    /// A model of the store, as simple as possible.
    private struct Model {
        struct Upload {
            let number: OrderNumber
            let owner: UserID
            var status = Order.Status.new
            var accrual: Int64 = 0
        }

        var orders: [OrderID: Upload] = [:]
        var withdrawals: [OrderNumber: (owner: UserID, sum: Int64)] = [:]
        var current: [UserID: Int64] = [:]
        var withdrawn: [UserID: Int64] = [:]

        mutating func upload(_ number: OrderNumber, by user: UserID) -> OrderUpload {
            if let earlier = orders.values.first(where: { order in order.number == number }) {
                return earlier.owner == user ? .uploadedBefore : .uploadedByAnother
            }
            let id = OrderID(rawValue: Int64(orders.count + 1))
            orders[id] = Upload(number: number, owner: user)
            return .accepted(id)
        }

        mutating func withdraw(_ sum: Int64, for number: OrderNumber, by user: UserID) -> WithdrawalResult {
            if let earlier = withdrawals[number] {
                return earlier.owner == user && earlier.sum == sum ? .repeated : .conflict
            }
            guard current[user, default: 0] >= sum else { return .notEnoughPoints }
            current[user, default: 0] -= sum
            withdrawn[user, default: 0] += sum
            withdrawals[number] = (user, sum)
            return .withdrawn
        }

        mutating func settle(_ settlement: Settlement) {
            guard var order = orders[settlement.order], !order.status.isFinal else { return }
            switch settlement.verdict {
            case .processing: order.status = .processing
            case .invalid: order.status = .invalid
            case .processed(let points):
                order.status = .processed
                order.accrual = points.hundredths
                current[order.owner, default: 0] += points.hundredths
            }
            orders[settlement.order] = order
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func aRandomRunIsWhatTheModelSays(seed: UInt64) async throws {
        let folder = TemporaryFolder()
        var random = SeededRandom(seed: seed)
        var model = Model()
        var users: [UserID] = []
        // Twice, with a restart between.
        for round in 0..<2 {
            try await Fixture.with(folder: folder) { fixture async throws in
                if round == 0 {
                    for index in 0..<4 { users.append(try await fixture.addUser("user \(index)")) }
                }
                for _ in 0..<150 { try await step(fixture, users, &model, &random) }
                try await expect(fixture, users, equals: model)
            }
        }
    }

    private func step(
        _ fixture: Fixture, _ users: [UserID], _ model: inout Model, _ random: inout SeededRandom
    ) async throws {
        let user = users.randomElement(using: &random)!
        fixture.clock.advance(byMilliseconds: .random(in: 0...3, using: &random))
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4:
            let number = OrderNumber.sample(.random(in: 0..<60, using: &random))
            let outcome = try await fixture.onLoop { repository in
                try await repository.addOrder(number, of: user, at: fixture.clock.now)
            }
            #expect(outcome == model.upload(number, by: user))
        case 4..<7:
            let number = OrderNumber.sample(.random(in: 0..<40, using: &random))
            let sum = Int64.random(in: 1...60, using: &random)
            let outcome = try await fixture.onLoop { repository in
                try await repository.withdraw(
                    Points(hundredths: sum), for: number, of: user, at: fixture.clock.now)
            }
            #expect(outcome == model.withdraw(sum, for: number, by: user))
        default:
            let batch = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                let verdict: Settlement.Verdict =
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0: .invalid
                    case 1, 2: .processing
                    default: .processed(Points(hundredths: .random(in: 0...100, using: &random)))
                    }
                let order = OrderID(rawValue: Int64.random(in: 1...Int64(model.orders.count + 1), using: &random))
                return Settlement(order: order, verdict: verdict)
            }
            try fixture.store.settlements.settle(batch, at: fixture.clock.now)
            for settlement in batch { model.settle(settlement) }
        }
    }

    private func expect(_ fixture: Fixture, _ users: [UserID], equals model: Model) async throws {
        for user in users {
            let (balance, orders, withdrawals) = try await fixture.onLoop { repository in
                (
                    try repository.balance(of: user).atOnce, try repository.orders(of: user),
                    try repository.withdrawals(of: user)
                )
            }
            #expect(balance.current.hundredths == model.current[user, default: 0])
            #expect(balance.withdrawn.hundredths == model.withdrawn[user, default: 0])
            let expected = model.orders.filter { entry in entry.value.owner == user }
                .sorted { left, right in left.key > right.key }.map(\.value)
            #expect(orders.map(\.number) == expected.map(\.number))
            #expect(orders.map(\.status) == expected.map(\.status))
            #expect(orders.map(\.accrual.hundredths) == expected.map(\.accrual))
            #expect(
                Dictionary(uniqueKeysWithValues: withdrawals.map { entry in (entry.order, entry.sum.hundredths) })
                    == model.withdrawals.filter { entry in entry.value.owner == user }.mapValues(\.sum))
        }
        let unfinished = try fixture.store.settlements.allUnfinishedOrders().map(\.id).sorted()
        #expect(unfinished == model.orders.filter { entry in !entry.value.status.isFinal }.keys.sorted())
        try fixture.expectPassesCheck()
    }
}
