import Loyalty
import Storage
import TestSupport

extension Actor {
    /// An account of the operating system, which has all rights.
    static let root = Actor(system: "root")
}

extension StoreUnderTest {
    /// Runs with a repository of the staff, on a loop of its own.
    @discardableResult
    func withStaff<Value: Sendable>(
        _ body: @Sendable @escaping (any StaffRepository) async throws -> Value
    ) async throws -> Value {
        let loop = LoopThread()
        // Safe: used on the loop's thread alone, until that has ended.
        nonisolated(unsafe) let staff = try storage.makeStaffRepository()
        loop.serve(staff)
        let result: Result<Value, any Error>
        do {
            result = .success(
                try await Task(executorPreference: loop) {
                    try await body(staff)
                }.value)
        } catch {
            result = .failure(error)
        }
        loop.stop()
        staff.close()
        return try result.get()
    }

    /// Makes a change without a key.
    @discardableResult
    func apply(_ change: ShopChange, by actor: Actor = .root) async throws -> ShopChangeResult {
        guard case .now(let result) = try await apply(change, by: actor, request: nil) else {
            throw Violation("a change without a key must be made now")
        }
        return result
    }

    func apply(_ change: ShopChange, by actor: Actor, request: IdempotentRequest?) async throws -> AppliedChange {
        let now = clock.now
        return try await withStaff { try await $0.apply(change, by: actor, request: request, at: now) }
    }

    /// Adds a person, whose password's hash is made from the name.
    func hire(_ name: String, _ role: StaffRole) async throws -> StaffAccount {
        let result = try await apply(.addStaff(StaffName(name), role, .sample(name)))
        guard case .staff(let staff, true) = result else { throw Violation("\(name) is new, but \(result)") }
        return staff
    }

    func openStaffSession(
        _ name: String, of staff: StaffAccount, password: String? = nil, perUserMax: Int = 100
    ) async throws {
        let now = clock.now
        let credentials = StaffCredentials(staff: staff, passwordHash: .sample(password ?? staff.name))
        try await withStaff {
            try await $0.addSession(
                .sample(name, perUserMax: perUserMax), of: credentials, from: "192.0.2.1", at: now)
        }
    }

    func staffSession(_ name: String) async throws -> StaffSession? {
        try await withStaff { try await $0.session(.sample(name)).get() }
    }

    func customers(startingWith prefix: String) async throws -> [UserAccount] {
        try await withStaff { staff in
            try await all { try staff.customers(startingWith: prefix, from: $0, limit: 2) }
        }
    }

    /// All actions, newest first, as the staff and the owner both read them.
    func actions(on user: UserID? = nil) async throws -> [StaffAction] {
        let actions = try await withStaff { staff in
            try await all { try staff.actions(on: user, from: $0, limit: 3) }
        }
        try asOwner { owner in
            var pages = try owner.actions(before: nil, limit: 3)
            while let last = pages.last, case let page = try owner.actions(before: last.id, limit: 3), !page.isEmpty {
                pages += page
            }
            try expect(pages.filter { user == nil || $0.customer?.id == user }, actions)
        }
        return actions
    }

    /// The customer that a change returned.
    func customer(_ result: ShopChangeResult) throws -> UserAccount {
        switch result {
        case .customer(let account, _), .refunded(_, let account): return account
        case .returned(let goods): return goods.customer
        default: throw Violation("\(result) where the contract wants a customer")
        }
    }
}
