import Loyalty
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Random batches against the store in memory, which runs the same operations one after the other. The seed that failed
/// is the test's argument.
struct BatchModelTests {
    private static let users = (1...4).map { UserID(rawValue: $0) }
    private static let unfinishedMax = 8
    private static let now = Timestamp(milliseconds: 1_700_000_000_000)

    /// The tables, to which each decision is applied as its statements would.
    private struct Tables {
        var accounts: [UserID: BatchFacts.Account] = [:]
        var orders: [OrderID: BatchFacts.UploadedOrder] = [:]
        var accruals: [OrderID: Points] = [:]
        var withdrawals: [OrderNumber: BatchFacts.EarlierWithdrawal] = [:]
        var ledger: [UserID: Int64] = [:]
        var nextID: Int64 = 1

        init() {
            let empty = Balance(current: .zero, withdrawn: .zero)
            for user in users { accounts[user] = BatchFacts.Account(balance: empty, version: 1, unfinished: 0) }
        }

        /// The rows of a batch, as they are read.
        ///
        /// - Parameter counts: true if the accounts are counted up for the uploads.
        mutating func facts(for operations: [BatchOperation], counts: Bool) -> BatchFacts {
            var facts = BatchFacts()
            if counts { countUploads(of: operations) }
            facts.accounts = accounts
            if counts { facts.noteCounted(Self.uploads(of: operations)) }
            facts.orders = orders
            facts.withdrawals = withdrawals
            facts.owners = Dictionary(uniqueKeysWithValues: orders.values.map { ($0.number, $0.user) })
            for case .addOrder in operations {
                facts.newOrderIDs.append(OrderID(rawValue: nextID))
                nextID += 1
            }
            return facts
        }

        private static func uploads(of operations: [BatchOperation]) -> [(Int64, Int64)] {
            users.map { user in
                let count = operations.count { operation in
                    if case .addOrder(_, user, _) = operation { true } else { false }
                }
                return (user.rawValue, Int64(count))
            }
        }

        private mutating func countUploads(of operations: [BatchOperation]) {
            for (user, count) in Self.uploads(of: operations) {
                accounts[UserID(rawValue: user)]?.version += 1
                accounts[UserID(rawValue: user)]?.unfinished += count
            }
        }

        mutating func apply(_ decision: BatchDecision) {
            for order in decision.newOrders {
                orders[order.id] = BatchFacts.UploadedOrder(
                    user: order.user, number: order.number, status: .new, uploadedAt: order.uploadedAt)
            }
            for withdrawal in decision.newWithdrawals {
                withdrawals[withdrawal.number] = BatchFacts.EarlierWithdrawal(
                    user: withdrawal.user, sum: withdrawal.sum, isInForce: true)
            }
            for (id, changed) in decision.changedOrders {
                orders[id]?.status = changed.status
                accruals[id] = changed.accrual
            }
            for (user, account) in decision.accounts { accounts[user] = account }
            for entry in decision.entries { ledger[entry.user, default: 0] += entry.amount }
        }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func aBatchIsWhatItsOperationsAreOneByOne(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let storage = InMemoryStorage(clock: { Self.now }, unfinishedPerUserMax: Self.unfinishedMax)
        let repository = InMemoryRepository(storage)
        for user in Self.users {
            #expect(repository.addUser(try Login("user \(user.rawValue)"), passwordHash: .sample("x")) == user)
        }
        var tables = Tables()
        // The ids of the model, which leaves none out.
        var ids: [OrderID: OrderID] = [:]
        for _ in 0..<60 {
            let operations = (0..<Int.random(in: 1...20, using: &random)).map { _ in
                Self.operation(&random, tables.orders.keys.sorted())
            }
            let decision = BatchDecision(
                operations, tables.facts(for: operations, counts: .random(using: &random)),
                unfinishedPerUserMax: Self.unfinishedMax)
            for (operation, result) in zip(operations, decision.results) {
                try await Self.expect(result, of: operation, storage, repository, &ids)
            }
            tables.apply(decision)
            try Self.expect(tables, equals: repository)
        }
    }

    private static func operation(_ random: inout SeededRandom, _ orders: [OrderID]) -> BatchOperation {
        let user = users.randomElement(using: &random)!
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4: return .addOrder(.sample(.random(in: 0..<300, using: &random)), of: user, at: now)
        case 4..<7:
            let sum = Points(hundredths: .random(in: 1...90, using: &random))
            return .withdraw(sum, for: .sample(.random(in: 0..<200, using: &random)), of: user, at: now)
        default:
            let settlements = (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in
                orders.randomElement(using: &random).map { order in
                    let verdict: Settlement.Verdict =
                        switch Int.random(in: 0..<6, using: &random) {
                        case 0: .invalid
                        case 1, 2: .processing
                        default: .processed(Points(hundredths: .random(in: -5...100, using: &random)))
                        }
                    return Settlement(order: order, verdict: verdict)
                }
            }
            return .settle(settlements, at: now)
        }
    }

    /// Runs the operation in memory, and compares its result.
    private static func expect(
        _ result: BatchResult, of operation: BatchOperation, _ storage: InMemoryStorage,
        _ repository: InMemoryRepository, _ ids: inout [OrderID: OrderID]
    ) async throws {
        switch (operation, result) {
        case (.addOrder(let number, let user, let now), .upload(let upload)):
            let expected = try await repository.addOrder(number, of: user, at: now)
            if case .accepted(let id) = upload, case .accepted(let modelID) = expected {
                ids[id] = modelID
            } else {
                #expect(upload == expected)
            }
        case (.withdraw(let sum, let number, let user, let now), .withdrawal(let withdrawal)):
            let expected = try await repository.withdraw(sum, for: number, of: user, at: now)
            #expect(withdrawal == expected)
        case (.settle(let settlements, let now), .settlement):
            let known = settlements.compactMap { settlement in
                ids[settlement.order].map { Settlement(order: $0, verdict: settlement.verdict) }
            }
            #expect(known.count == settlements.count)
            try storage.settlements.settle(known, at: now)
        default: Issue.record("\(operation) has the result \(result)")
        }
    }

    private static func expect(_ tables: Tables, equals repository: InMemoryRepository) throws {
        for user in users {
            let account = try #require(tables.accounts[user])
            let balance = try repository.balance(of: user).atOnce
            #expect(account.balance == balance)
            #expect(tables.ledger[user, default: 0] == account.balance.current.hundredths)
            let orders = try repository.orders(of: user, from: nil, limit: 1_000).atOnce.items
            #expect(account.unfinished == Int64(orders.count { !$0.status.isFinal }))
            let mine = tables.orders.filter { $0.value.user == user }.sorted { $0.key > $1.key }
            #expect(orders.map(\.number) == mine.map(\.value.number))
            #expect(orders.map(\.status) == mine.map(\.value.status))
            #expect(orders.map(\.accrual) == mine.map { tables.accruals[$0.key] ?? .zero })
        }
    }
}
