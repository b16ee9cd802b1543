import Eventual
import Loyalty
import Posix
import Storage

/// The owner's commands on a store in memory.
final class InMemoryOwnerRepository: OwnerRepository {
    private let storage: InMemoryStorage
    private let cancellation: Cancellation

    init(_ storage: InMemoryStorage, until cancellation: Cancellation) {
        (self.storage, self.cancellation) = (storage, cancellation)
    }

    private func index(of user: UserSelector, in tables: InMemoryTables) -> Int? {
        switch user {
        case .login(let login): tables.index(of: login)
        case .id(let id): tables.users.firstIndex { $0.id == id && $0.state != .deleted }
        }
    }

    private func account(_ user: InMemoryTables.User, in tables: InMemoryTables) -> UserAccount {
        UserAccount(
            id: user.id, login: user.login?.text ?? "", state: user.state, balance: tables.balance(of: user.id),
            createdAt: user.createdAt)
    }

    private func owned(_ index: Int, in tables: InMemoryTables) -> OwnedOrder {
        let upload = tables.uploads[index]
        return OwnedOrder(
            id: OrderID(rawValue: Int64(index + 1)), order: upload.order,
            login: tables.users.first { $0.id == upload.user }?.login?.text)
    }

    func users(after user: UserID?, limit: Int) -> [UserAccount] {
        storage.read { tables in
            tables.users.filter { $0.state != .deleted && $0.id.rawValue > user?.rawValue ?? 0 }.prefix(limit).map {
                account($0, in: tables)
            }
        }
    }

    func user(_ user: UserSelector, entries limit: Int) -> UserDetails? {
        storage.read { tables in
            guard let index = index(of: user, in: tables) else { return nil }
            let found = tables.users[index]
            return UserDetails(
                account: account(found, in: tables),
                orderCount: Int64(tables.uploads.count { $0.user == found.id }),
                withdrawalCount: Int64(tables.spent.count { $0.user == found.id && $0.refundedAt == nil }),
                entries: tables.entries.reversed().filter { $0.user == found.id }.prefix(limit).map(\.entry))
        }
    }

    func orders(
        of user: UserSelector?, status: Order.Status?, before order: OrderID?, limit: Int
    ) -> [OwnedOrder]? {
        storage.read { tables in
            var id: UserID?
            if let user {
                guard let index = index(of: user, in: tables) else { return nil }
                id = tables.users[index].id
            }
            return tables.uploads.indices.reversed().filter { index in
                let upload = tables.uploads[index]
                return Int64(index + 1) < order?.rawValue ?? .max && (id == nil || upload.user == id)
                    && (status == nil || upload.order.status == status)
            }.prefix(limit).map { owned($0, in: tables) }
        }
    }

    func use(of number: OrderNumber) -> NumberUse {
        storage.read { tables in
            let order = tables.uploads.firstIndex { $0.order.number == number }.map { owned($0, in: tables) }
            let withdrawal = tables.spent.first { $0.withdrawal.order == number }.map { spending in
                OwnedWithdrawal(
                    withdrawal: spending.withdrawal,
                    login: tables.users.first { $0.id == spending.user }?.login?.text,
                    refundedAt: spending.refundedAt, note: spending.note)
            }
            return NumberUse(order: order, withdrawal: withdrawal)
        }
    }

    func dropOrdersOfDeletedUsers(afterBatch: ([UnfinishedOrder]) -> Void) throws(StoreError) {
        guard !cancellation.isCancelled else { throw StoreError("The server stops.") }
        let dropped = storage.write { tables in
            let deleted = Set(tables.users.filter { $0.state == .deleted }.map(\.id))
            let orders = tables.unfinished.filter { deleted.contains($0.user) }
            for order in orders { tables.setStatus(.invalid, of: Int(order.id.rawValue) - 1, isNoted: false) }
            return orders
        }
        if !dropped.isEmpty { afterBatch(dropped) }
    }

    func apply(_ change: ShopChange, by actor: Actor) -> ShopChangeResult {
        let now = storage.clock()
        return storage.write { $0.apply(change, by: actor, at: now) }
    }

    func staff() -> [StaffAccount] { storage.read { $0.presentStaff } }

    func actions(before action: Int64?, limit: Int) -> [StaffAction] {
        storage.read { tables in
            tables.actions.reversed().filter { $0.id < action ?? .max }.prefix(limit).map(tables.withLoginOfNow)
        }
    }

    func facts(of number: OrderNumber) -> NumberFacts { storage.read { $0.facts(of: number) } }

    func rules() -> [RewardRule] { storage.read { $0.rules } }

    func isRegistrationOpen() -> Bool? { storage.read { $0.isRegistrationOpen } }

    func readAsStaff<Value>(
        _ body: (any StaffRepository) throws(LoyaltyError) -> Eventual<Value, LoyaltyError>
    ) throws(StoreError) -> Value {
        do throws(LoyaltyError) {
            if case .now(let value) = try body(InMemoryStaffRepository(storage)) { return value }
        } catch {
            throw StoreError("\(error)")
        }
        preconditionFailure("a read of a store in memory must have its result at once")
    }

    func passwordHashKinds(otherThan kind: PasswordHash.Kind) -> Set<PasswordHash.Kind> {
        storage.read { tables in Set(tables.users.compactMap(\.passwordHash.kind)).subtracting([kind]) }
    }

    func statistics() -> Statistics {
        storage.read { tables in
            var statistics = Statistics()
            for user in tables.users { statistics.users[user.state, default: 0] += 1 }
            for upload in tables.uploads { statistics.orders[upload.order.status, default: 0] += 1 }
            for balance in tables.balances.values {
                statistics.outstanding += Int128(balance.current.hundredths)
                statistics.spent += Int128(balance.withdrawn.hundredths)
            }
            for (_, annotated) in tables.entries {
                let points = Int128(annotated.entry.points.hundredths)
                if annotated.entry.kind == .accrual { statistics.granted += points }
                if annotated.entry.kind == .adjustment { statistics.adjusted += points }
                if annotated.entry.kind == .returned { statistics.returned -= points }
            }
            return statistics
        }
    }

    func leadersReport() -> LeadersReport? { storage.leadersReport }

    func noteRestoredState() -> Bool { false }

    var engine: StoreEngine { storage.engine }

    var size: StoreSize { StoreSize(bytes: 0, logBytes: 0) }

    func close() {}
}
