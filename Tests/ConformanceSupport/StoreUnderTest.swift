import Loyalty
import Posix
import Storage
import TestSupport

/// A store that a case of the conformance suite tests, with the thread of one event loop and its repository.
package final class StoreUnderTest: Sendable {
    /// The most unfinished orders of one user, with which a store under test is made.
    package static let unfinishedPerUserMax = 8
    /// The number of changes that its feed keeps: more than all cases but one cause.
    package static let keptChangesMax = 32

    package let storage: any Storage
    package let clock: TestClock
    private let loop = LoopThread()
    // Safe: used on the loop's thread alone, until that has ended.
    nonisolated(unsafe) private let repository: any Repository

    package init(_ storage: any Storage, clock: TestClock) throws {
        self.storage = storage
        self.clock = clock
        repository = try storage.makeRepository()
        loop.serve(repository)
    }

    /// Ends the loop and stops the store.
    package func stop() {
        loop.stop()
        repository.close()
        storage.stop()
    }

    /// Runs on the loop's thread.
    @discardableResult
    func turn<Value: Sendable>(
        _ body: @Sendable @escaping (any Repository) async throws -> Value
    ) async throws -> Value {
        try await Task(executorPreference: loop) {
            try await body(self.repository)
        }.value
    }

    /// Runs with a repository of the built-in accrual system, on a loop of its own.
    func withRewards(_ body: @Sendable @escaping (any RewardRepository) async throws -> Void) async throws {
        let loop = LoopThread()
        // Safe: used on the loop's thread alone, until that has ended.
        nonisolated(unsafe) let rewards = try storage.makeRewardRepository()
        loop.serve(rewards)
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await Task(executorPreference: loop) {
                    try await body(rewards)
                }.value)
        } catch {
            result = .failure(error)
        }
        loop.stop()
        rewards.close()
        try result.get()
    }

    /// Runs as an owner's command.
    @discardableResult
    func asOwner<Value>(
        until cancellation: Cancellation = Cancellation(), _ body: (any OwnerRepository) throws -> Value
    ) throws -> Value {
        let owner = try storage.makeOwnerRepository(until: cancellation)
        defer { owner.close() }
        return try body(owner)
    }

    // MARK: What most cases begin with

    func addUser(_ login: String) async throws -> UserID {
        let now = clock.now
        return try await turn { repository in
            try await repository.addUser(
                Login(login), passwordHash: .sample(login), session: .sample(login), at: now)
        }
    }

    func upload(_ body: Int, of user: UserID) async throws -> OrderUpload {
        let now = clock.now
        return try await turn { try await $0.addOrder(.sample(body), of: user, at: now) }
    }

    /// Uploads a new order and returns its id.
    func addOrder(_ body: Int, of user: UserID) async throws -> OrderID {
        guard case .accepted(let order) = try await upload(body, of: user) else {
            throw Violation("the order of the body \(body) is new")
        }
        return order
    }

    func settle(_ order: OrderID, _ verdict: Settlement.Verdict) throws {
        try storage.settlements.settle([Settlement(order: order, verdict: verdict)], at: clock.now)
    }

    /// Uploads a new order and credits it.
    func credit(_ hundredths: Int64, for body: Int, to user: UserID) async throws {
        try settle(try await addOrder(body, of: user), .processed(Points(hundredths: hundredths)))
    }

    func withdraw(_ hundredths: Int64, for body: Int, of user: UserID) async throws -> WithdrawalResult {
        let now = clock.now
        return try await turn {
            try await $0.withdraw(Points(hundredths: hundredths), for: .sample(body), of: user, at: now)
        }
    }

    func balance(of user: UserID) async throws -> Balance {
        try await turn { try await $0.balance(of: user).get() }
    }

    func orders(of user: UserID) async throws -> [Order] {
        try await turn { repository in
            try await all { try repository.orders(of: user, from: $0, limit: 2) }
        }
    }

    func withdrawals(of user: UserID) async throws -> [Withdrawal] {
        try await turn { repository in
            try await all { try repository.withdrawals(of: user, from: $0, limit: 2) }
        }
    }

    func ledger(of user: UserID) async throws -> [LedgerEntry] {
        try await turn { repository in
            try await all { try repository.ledger(of: user, from: $0, limit: 2) }
        }
    }

    func session(_ name: String) async throws -> OpenSession? {
        try await turn { try await $0.session(.sample(name)).get() }
    }
}
