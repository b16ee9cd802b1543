import Eventual
import Loyalty
import Storage

/// The staff's view of a store in memory.
package final class InMemoryStaffRepository: StaffRepository {
    private let storage: InMemoryStorage
    /// The error that every call throws; `nil` for none.
    package var failure: LoyaltyError?

    package init(_ storage: InMemoryStorage) { self.storage = storage }

    private func read<Value: Sendable>(
        _ body: (InMemoryTables) -> Value
    ) throws(LoyaltyError) -> Eventual<Value, LoyaltyError> {
        if let failure { throw failure }
        return .now(storage.read(body))
    }

    private func write<Value: Sendable>(_ body: (inout InMemoryTables) -> Value) throws(LoyaltyError) -> Value {
        if let failure { throw failure }
        return storage.write(body)
    }

    package func endBatch() {}

    package func close() {}

    package func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<StaffSession?, LoyaltyError> {
        try read { tables in
            tables.staffSessions[id].map { session in
                StaffSession(
                    staff: tables.staff[Int(session.staff.rawValue) - 1].account, expiresAt: session.expiresAt)
            }
        }
    }

    package func key(_ id: SessionID) throws(LoyaltyError) -> Eventual<StaffAccount?, LoyaltyError> {
        try read { tables in tables.staff.first { $0.key == id && $0.state == .active }?.account }
    }

    package func credentials(
        of name: StaffName
    ) throws(LoyaltyError) -> Eventual<StaffCredentials?, LoyaltyError> {
        try read { tables in
            tables.staff.first { $0.name == name }.flatMap { member in
                member.passwordHash.map { StaffCredentials(staff: member.account, passwordHash: $0) }
            }
        }
    }

    package func addSession(
        _ session: NewSession, of credentials: StaffCredentials, from address: String, at now: Timestamp
    ) async throws(LoyaltyError) {
        let isAdded = try write { $0.addSession(session, of: credentials, from: address, at: now) }
        guard isAdded else { throw .wrongCredentials }
    }

    package func removeSession(_ id: SessionID, from address: String, at now: Timestamp) async throws(LoyaltyError) {
        try write { $0.removeStaffSession(id, from: address, at: now) }
    }

    package func changePassword(
        of credentials: StaffCredentials, to hash: PasswordHash, keeping session: SessionID, from address: String,
        at now: Timestamp
    ) async throws(LoyaltyError) {
        let isChanged = try write {
            $0.changePassword(of: credentials, to: hash, keeping: session, from: address, at: now)
        }
        guard isChanged else { throw .wrongCurrentPassword }
    }

    package func noteUse(of staff: StaffID, at now: Timestamp) async throws(LoyaltyError) {
        try write { $0.noteUse(of: staff, at: now) }
    }

    package func apply(
        _ change: ShopChange, by actor: Actor, request: IdempotentRequest?, at now: Timestamp
    ) async throws(LoyaltyError) -> AppliedChange {
        try write { tables in
            guard let request else { return .now(tables.apply(change, by: actor, at: now)) }
            return tables.apply(change, by: actor, request: request, at: now)
        }
    }
}

extension InMemoryStaffRepository {
    package func customers(
        startingWith prefix: String, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<UserAccount>, LoyaltyError> {
        try read { tables in
            let found = tables.users.filter { $0.login?.text.utf8.starts(with: prefix.utf8) ?? false }
                .map(tables.account).sorted { $0.login.utf8.lexicographicallyPrecedes($1.login.utf8) }
            let begin = found.firstIndex { $0.id.rawValue == cursor?.rawValue }.map { $0 + 1 } ?? 0
            let items = Array(found.dropFirst(begin).prefix(limit))
            let hasMore = begin + limit < found.count
            return Page(items: items, next: hasMore ? items.last.map { PageCursor(rawValue: $0.id.rawValue) } : nil)
        }
    }

    package func customers(of number: OrderNumber) throws(LoyaltyError) -> Eventual<[UserAccount], LoyaltyError> {
        try read { tables in
            let ids = [
                tables.upload(number)?.user, tables.spent.first { $0.withdrawal.order == number }?.user,
            ]
            return tables.users.filter { ids.contains($0.id) && $0.state != .deleted }.map(tables.account)
        }
    }

    package func customer(_ user: UserID) throws(LoyaltyError) -> Eventual<UserAccount?, LoyaltyError> {
        try read { tables in tables.user(.id(user)).map(tables.account) }
    }

    package func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<CustomerOrder>, LoyaltyError> {
        try read { tables in
            tables.page(of: tables.uploads, from: cursor, limit: limit) { upload in
                guard upload.user == user else { return nil }
                return CustomerOrder(order: upload.order, returned: tables.returned(of: upload.order.number))
            }
        }
    }

    package func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<CustomerWithdrawal>, LoyaltyError> {
        try read { tables in
            tables.page(of: tables.spent, from: cursor, limit: limit) { spending in
                guard spending.user == user else { return nil }
                return CustomerWithdrawal(withdrawal: spending.withdrawal, refundedAt: spending.refundedAt)
            }
        }
    }

    package func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<AnnotatedEntry>, LoyaltyError> {
        try read { tables in
            tables.page(of: tables.entries, from: cursor, limit: limit) { $0.user == user ? $0.entry : nil }
        }
    }

    package func signIns(of user: UserID) throws(LoyaltyError) -> Eventual<CustomerSignIns, LoyaltyError> {
        try read { tables in
            let ends = tables.sessions.values.filter { $0.user == user }.map(\.expiresAt).sorted(by: >)
            let places = tables.places[user, default: []].map {
                CustomerSignIns.Place(place: $0.place, usedAt: $0.usedAt)
            }
            return CustomerSignIns(sessionEnds: ends, places: places)
        }
    }

    package func facts(of number: OrderNumber) throws(LoyaltyError) -> Eventual<NumberFacts, LoyaltyError> {
        try read { $0.facts(of: number) }
    }

    package func actions(
        on user: UserID?, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<StaffAction>, LoyaltyError> {
        try read { tables in
            tables.page(of: tables.actions, from: cursor, limit: limit) { action in
                user == nil || action.customer?.id == user ? tables.withLoginOfNow(action) : nil
            }
        }
    }

    package func staff() throws(LoyaltyError) -> Eventual<[StaffAccount], LoyaltyError> {
        try read { $0.presentStaff }
    }

    package func isRegistrationOpen() throws(LoyaltyError) -> Eventual<Bool?, LoyaltyError> {
        try read { $0.isRegistrationOpen }
    }

    package func figures(between bounds: [Timestamp]) throws(LoyaltyError) -> Eventual<[Figures], LoyaltyError> {
        try read { tables in
            zip(bounds, bounds.dropFirst()).map { begin, end in tables.figures(from: begin, to: end) }
        }
    }

    package func leadersReport() throws(LoyaltyError) -> Eventual<LeadersReport?, LoyaltyError> {
        try read { _ in storage.leadersReport }
    }
}
