import Loyalty

/// The changes of staff and owner. Each makes its record in the same transaction.
extension ShopTransaction {
    /// See `StaffRepository.apply(_:by:request:at:)`.
    package func apply(
        _ change: ShopChange, by actor: Actor, request: IdempotentRequest?, at now: Timestamp
    ) throws(Failure) -> AppliedChange {
        guard try mayAct(actor, atLeast: change.requiredRole) else { return .now(.refused(.notAllowed)) }
        guard let request else { return .now(try apply(change, by: actor, at: now)) }
        guard let staff = actor.staff else { preconditionFailure("only the staff's requests may have a key") }
        if let kept = try keptResponse(to: request, of: staff, at: now) {
            return kept.isSameRequest ? .before(kept.response) : .keyOfAnotherRequest
        }
        let result = try apply(change, by: actor, at: now)
        if result.isKept { try keep(request.response(result), to: request, of: staff, at: now) }
        return .now(result)
    }

    /// Makes a change and its record, without a look at the actor's rights.
    private func apply(
        _ change: ShopChange, by actor: Actor, at now: Timestamp
    ) throws(Failure) -> ShopChangeResult {
        let record = ActionRecord(change.action, by: actor, at: now)
        switch change {
        case .addCustomer(let login, let hash):
            guard let user = try addUser(login, passwordHash: hash, at: now) else { return .refused(.loginTaken) }
            return try recordChange(of: user, isChanged: true, record)
        case .setCustomerPassword(let user, let hash):
            return try recordChange(record, try setPassword(hash, of: user), of: user)
        case .setCustomerEnabled(let user, let isEnabled):
            return try recordChange(record, try setEnabled(isEnabled, user), of: user)
        case .deleteCustomer(let user): return try deleteCustomer(user, record)
        case .exportCustomer(let user):
            guard let (user, _) = try self.user(user) else { return .refused(.noSuchCustomer) }
            return try recordChange(of: user, isChanged: true, record)
        case .sell(let number, let points, let user): return try sell(number, earning: points, to: user, record)
        case .correctReceipt(let number, let points): return try correctReceipt(number, earning: points, record)
        case .spend(let user, let number, let sum): return try spend(sum, for: number, of: user, record)
        case .refund(let number, let reason): return try refund(number, reason: reason, record)
        case .returnGoods(let number, let points, let reason):
            return try returnGoods(number, points, reason: reason, record)
        case .adjust(let user, let points, let reason): return try adjust(user, by: points, reason: reason, record)
        case .addRule, .removeRule, .setRegistration, .makeBackup: return try applyToShop(change, record)
        case .addStaff, .setStaffPassword, .setStaffRole, .setStaffEnabled, .deleteStaff, .addKey, .removeKey:
            return try applyToStaff(change, record)
        }
    }

    /// Returns true if the actor still has the role.
    private func mayAct(_ actor: Actor, atLeast role: StaffRole) throws(Failure) -> Bool {
        guard let staff = actor.staff else { return actor.role >= role }
        let current = try first("SELECT role FROM staff WHERE id = ? AND state = 0", staff.rawValue) { row in
            StaffRole(rawValue: row.integer(0))
        }
        guard let current = current ?? nil else { return false }
        return current >= role
    }

    private func deleteCustomer(_ selector: UserSelector, _ record: ActionRecord) throws(Failure)
        -> ShopChangeResult
    {
        guard let (user, _) = try user(selector), let before = try account(of: user) else {
            return .refused(.noSuchCustomer)
        }
        _ = try deleteUser(.id(user))
        try add(record, on: user)
        return .customer(before, isChanged: true)
    }

    /// Records a change of a customer that was made; returns the customer.
    private func recordChange(
        _ record: ActionRecord, _ result: UserChangeResult, of selector: UserSelector
    ) throws(Failure) -> ShopChangeResult {
        guard result != .noSuchUser, let (user, _) = try user(selector) else { return .refused(.noSuchCustomer) }
        if case .unchanged = result { return try recordChange(of: user, isChanged: false, record) }
        return try recordChange(of: user, isChanged: true, record)
    }

    private func recordChange(
        of user: UserID, isChanged: Bool, _ record: ActionRecord
    ) throws(Failure) -> ShopChangeResult {
        guard let account = try account(of: user) else { return .refused(.noSuchCustomer) }
        if isChanged { try add(record, on: user) }
        return .customer(account, isChanged: isChanged)
    }

    /// The customer of this id; `nil` if there is none, or if the customer was deleted.
    func account(of user: UserID) throws(Failure) -> UserAccount? {
        try first(
            """
            SELECT id, login, state, created_at, current, withdrawn FROM users JOIN balances ON user_id = id
            WHERE id = ? AND state < 2
            """, user.rawValue
        ) { row in UserAccount(row) }
    }
}
