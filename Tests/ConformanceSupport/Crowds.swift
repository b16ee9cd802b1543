import Loyalty
import Posix
import Storage
import Synchronization
import TestSupport

extension ConformanceCase {
    private static let threadCount = 8

    static let crowds = [
        ConformanceCase("of many withdrawals at once, only as many succeed as the balance allows") { store in
            let user = try await store.addUser("gopher")
            try await store.credit(1000, for: 1, to: user)
            let now = store.clock.now
            let results = try await atOnce(on: store) { index, repository in
                var results: [WithdrawalResult] = []
                // Every thread has numbers of its own, and one that all share.
                for body in [100 + index, 200 + index, 300] {
                    results.append(
                        try await repository.withdraw(Points(hundredths: 100), for: .sample(body), of: user, at: now))
                }
                return results
            }.flatMap { $0 }
            try expect(results.count { $0 == .withdrawn }, 10)
            try expect(try await store.balance(of: user), .hundredths(0, 1000))
            try expect(try await store.withdrawals(of: user).count, 10)
            try expect(try await store.ledger(of: user).map(\.balanceAfter.hundredths).first, 0)
        },
        ConformanceCase("of many uploads of one number at once, one is accepted") { store in
            var users: [UserID] = []
            for index in 0..<threadCount { users.append(try await store.addUser("user \(index)")) }
            let (now, owners) = (store.clock.now, users)
            let results = try await atOnce(on: store) { index, repository in
                try await repository.addOrder(.sample(1), of: owners[index], at: now)
            }
            let accepted = results.count {
                if case .accepted = $0 { return true }
                return false
            }
            try expect(accepted, 1)
            try expect(results.count { $0 == .uploadedByAnother }, threadCount - 1)
        },
        ConformanceCase("of many registrations of one login at once, one succeeds") { store in
            let now = store.clock.now
            let results = try await atOnce(on: store) { index, repository in
                do {
                    _ = try await repository.addUser(
                        Login("gopher"), passwordHash: .sample("gopher"), session: .sample("session \(index)"), at: now)
                    return true
                } catch LoyaltyError.loginTaken {
                    return false
                }
            }
            try expect(results.count { $0 }, 1)
            try expect(try store.asOwner { try $0.users(after: nil, limit: 9).count }, 1)
        },
        ConformanceCase("settling an order on many threads at once credits it once") { store in
            let user = try await store.addUser("gopher")
            let order = try await store.addOrder(1, of: user)
            _ = try await atOnce(on: store) { _, _ in try store.settle(order, .processed(Points(hundredths: 700))) }
            try expect(try await store.balance(of: user), .hundredths(700, 0))
            try expect(try await store.ledger(of: user).count, 1)
        },
    ]

    /// Runs the body on several event loops, each with a repository of its own.
    private static func atOnce<Value: Sendable>(
        on store: StoreUnderTest,
        _ body: @escaping @Sendable (_ index: Int, _ repository: any Repository) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: Value.self) { group in
            for index in 0..<threadCount {
                group.addTask {
                    let loop = LoopThread()
                    // Safe: used on the loop's thread alone, until that has ended.
                    nonisolated(unsafe) let repository = try store.storage.makeRepository()
                    loop.serve(repository)
                    let result: Result<Value, any Error>
                    do {
                        result = .success(
                            try await Task(executorPreference: loop) {
                                try await body(index, repository)
                            }.value)
                    } catch {
                        result = .failure(error)
                    }
                    loop.stop()
                    repository.close()
                    return try result.get()
                }
            }
            var values: [Value] = []
            for try await value in group { values.append(value) }
            return values
        }
    }
}
